import { InvalidArgumentError, Option, type Command } from 'commander';

/** The flags that say which server is meant, as those of `temporal`. */
export interface ConnectionFlags {
  address?: string;
  namespace?: string;
  profile?: string;
}

let given: ConnectionFlags = {};

/** The flags of this process. */
export function connectionFlags(): ConnectionFlags {
  return given;
}

/** Adds the flags to the program, for all of its verbs; where they are given they go before the environment. */
export function addConnectionFlags(program: Command): void {
  program
    .addOption(flag('--address <host:port>', 'Temporal server; before TEMPORAL_ADDRESS'))
    .addOption(flag('--namespace <name>', 'namespace of the runs; before TEMPORAL_NAMESPACE'))
    .addOption(flag('--profile <name>', "profile of Temporal's configuration; before TEMPORAL_PROFILE"))
    .hook('preAction', () => {
      given = program.opts<ConnectionFlags>();
      // Whoever reads how Temporal is reached, now or when keys are renewed, reads the environment.
      const { address, namespace, profile } = given;
      if (address !== undefined) process.env['TEMPORAL_ADDRESS'] = address;
      if (namespace !== undefined) process.env['TEMPORAL_NAMESPACE'] = namespace;
      if (profile !== undefined) process.env['TEMPORAL_PROFILE'] = profile;
    });
}

function flag(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    if (text.trim() === '') throw new InvalidArgumentError('must not be empty.');
    return text.trim();
  });
}
