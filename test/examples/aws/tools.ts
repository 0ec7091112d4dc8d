import path from 'node:path';
import { pythonPrograms, run } from '../../deploy/tools';
import { isFull } from '../../support/full';

/** moto stands in for AWS, the AWS CLI calls it, cfn-lint reads CloudFormation and the states language, hcl2tojson Terraform. */
const PROGRAMS = isFull
  ? pythonPrograms(
      'moto[cloudformation,events,server,sns,sqs,stepfunctions]==5.2.5',
      'awscli==1.46.3',
      'cfn-lint==1.58.0',
      'python-hcl2==8.1.4',
    )
  : undefined;

/** They know of each other's packages only other versions. */
const CHECKOV = isFull ? pythonPrograms('checkov==3.3.30') : undefined;

/** Where a program is; `undefined` where it cannot be had here, or in a run that may not take minutes. */
export function programOf(name: 'aws' | 'cfn-lint' | 'checkov' | 'hcl2tojson' | 'moto_server') {
  const folder = name === 'checkov' ? CHECKOV : PROGRAMS;
  return folder === undefined ? undefined : path.join(folder, name);
}

/** Runs one of these programs to its end. */
export function runProgram(name: Parameters<typeof programOf>[0], args: string[]) {
  return run(programOf(name) ?? '', args);
}
