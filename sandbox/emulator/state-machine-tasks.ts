import { randomBytes } from 'node:crypto';
import { AwsError } from './protocols';

/** A task of Step Functions that waits for a token (`.waitForTaskToken`), for whoever looks into the emulator. */
export interface StateMachineTask {
  taskToken: string;
  /** `timedOut`: nobody has answered in time, or beaten its heart. */
  status: 'open' | 'succeeded' | 'failed' | 'timedOut';
  /** JSON, as SendTaskSuccess has said it. */
  output?: string;
  /** As SendTaskFailure has said them. */
  error?: string;
  cause?: string;
  heartbeats: number;
}

/** How long a task waits, in seconds. */
export interface TaskTimes {
  timeoutSeconds?: number;
  heartbeatSeconds?: number;
}

interface Open {
  task: StateMachineTask;
  times: TaskTimes;
  since: number;
  beatAt: number;
}

const TOKEN = 'AQCEAAAAKgAAAAMAAAAAAAAAAemulator';

/** The tasks that wait for a token. */
export class StateMachineTasks {
  private readonly tasks = new Map<string, Open>();

  /** Has a state machine wait for an answer, and answers with the token. */
  create(times: TaskTimes = {}): string {
    const taskToken = `${TOKEN}${randomBytes(48).toString('base64url')}`;
    const now = Date.now();
    const task: StateMachineTask = { taskToken, status: 'open', heartbeats: 0 };
    this.tasks.set(taskToken, { task, times, since: now, beatAt: now });
    return taskToken;
  }

  /** The tasks, oldest first. */
  list(): StateMachineTask[] {
    return [...this.tasks.values()].map((open) => ({ ...this.current(open) }));
  }

  /** @throws AwsError as the rest here */
  succeed(token: string, output: string): void {
    try {
      JSON.parse(output);
    } catch {
      throw new AwsError('InvalidOutput', 'Invalid JSON in output.');
    }
    Object.assign(this.open(token).task, { status: 'succeeded', output });
  }

  fail(token: string, why: { error?: string | undefined; cause?: string | undefined }): void {
    Object.assign(this.open(token).task, { status: 'failed', ...why });
  }

  beat(token: string): void {
    const open = this.open(token);
    open.beatAt = Date.now();
    open.task.heartbeats += 1;
  }

  clear(): void {
    this.tasks.clear();
  }

  private open(token: string): Open {
    if (!token.startsWith(TOKEN))
      throw new AwsError('InvalidToken', 'Invalid Token: The provided token is not valid.');
    const open = this.tasks.get(token);
    if (open === undefined) throw new AwsError('TaskDoesNotExist', 'Task does not exist.');
    if (this.current(open).status !== 'open')
      throw new AwsError('TaskTimedOut', 'Task Timed Out: Provided task does not exist anymore.');
    return open;
  }

  private current({ task, times, since, beatAt }: Open): StateMachineTask {
    const { timeoutSeconds = Infinity, heartbeatSeconds = Infinity } = times;
    const now = Date.now();
    const isOver = now - since > timeoutSeconds * 1_000 || now - beatAt > heartbeatSeconds * 1_000;
    if (task.status === 'open' && isOver) task.status = 'timedOut';
    return task;
  }
}
