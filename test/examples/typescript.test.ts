import { compileExample } from './compile';
import { testPipeline } from './pipeline';

testPipeline([process.execPath, compileExample('typescript/provision.mts')], {}, { updates: 1 });
