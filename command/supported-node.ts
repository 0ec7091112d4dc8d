// Comes before all else, and without what an old Node.js cannot read: it is to say so in a line, not to stumble.
const OLDEST = [20, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    'identity-center needs Node.js ' +
      OLDEST.join('.') +
      ' or newer, and this is ' +
      process.version +
      ': see https://nodejs.org.\n',
  );
  process.exit(2);
}
