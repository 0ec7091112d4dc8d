import { isFull } from '../support/full';
import { prepareExample } from './example';
import { testPipeline } from './pipeline';

// A process of Java takes seconds to start on a small machine: all of them take longer than a normal run may.
testPipeline(isFull ? prepareExample('java') : undefined);
