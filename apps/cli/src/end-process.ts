/** Ends the process once its output is written, whatever connections to frozen members are open still; who hears of lost output ends it else. */
export function endProcess(): void {
  process.stdout.write('', (lost) => {
    if (!lost) process.exit();
  });
}
