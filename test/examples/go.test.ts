import { prepareExample } from './example';
import { testPipeline } from './pipeline';

testPipeline(prepareExample('go'));
