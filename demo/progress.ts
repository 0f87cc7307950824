import { SingleBar } from 'cli-progress';

/** One bar after the other on a terminal; elsewhere a line for each that is done. */
export class Progress {
  private bar: SingleBar | undefined;
  private label = '';
  private done = 0;
  private startedAt = 0;

  begin(label: string, total: number): void {
    this.end();
    this.label = label;
    this.done = 0;
    this.startedAt = performance.now();
    if (!process.stderr.isTTY) return;
    const format = `${label.padEnd(8)} {bar} {value}/{total}  {eta_formatted} left`;
    this.bar = new SingleBar({ format, barCompleteChar: '█', barIncompleteChar: '░', hideCursor: true });
    this.bar.start(total, 0);
  }

  step(by = 1): void {
    this.done += by;
    this.bar?.increment(by);
  }

  end(): void {
    this.bar?.stop();
    this.bar = undefined;
    if (this.label === '' || process.stderr.isTTY) return;
    const seconds = ((performance.now() - this.startedAt) / 1_000).toFixed(1);
    process.stderr.write(`${this.done} ${this.label} in ${seconds} s\n`);
    this.label = '';
  }
}
