/** One command of a transcript with what it must print and the exit status that follows, if the transcript asks. */
export interface Command {
  readonly line: number;
  readonly text: string;
  readonly expected: readonly string[];
  status: number;
}

/** A heading of a transcript with its commands and files. */
export interface Section {
  readonly title: string;
  readonly commands: Command[];
  readonly files: Record<string, string>;
}

/**
 * Reads a transcript: Markdown whose `console` blocks hold commands (`$ quiesce ...`) with their output. `$ echo $?`
 * shows the status of the command before; without it, the status must be 0. A block with a name in its info string
 * (`text name=loop.s`) is a file.
 */
export function parseTranscript(markdown: string): Section[] {
  const sections: Section[] = [];
  let info: string | undefined;
  let isStatus = false;
  for (const [i, line] of markdown.split('\n').entries()) {
    const section = sections.at(-1);
    const fence = /^```(.*)$/.exec(line);
    if (fence !== null) {
      info = info === undefined ? fence[1] : undefined;
      isStatus = false;
      continue;
    }
    if (info === undefined) {
      if (line.startsWith('#')) {
        sections.push({ title: line.replace(/^#+ /, ''), commands: [], files: {} });
      }
      continue;
    }
    const file = /name=(\S+)/.exec(info)?.[1];
    // Code in another language is for another test.
    if (file === undefined && info !== 'console') continue;
    if (section === undefined) throw new Error(`line ${i + 1}: a block before the first heading`);
    const last = section.commands.at(-1);
    if (file !== undefined) section.files[file] = `${section.files[file] ?? ''}${line}\n`;
    else if (line === '$ echo $?') isStatus = true;
    else if (line.startsWith('$ quiesce')) {
      isStatus = false;
      section.commands.push({ line: i + 1, text: line.slice('$ quiesce'.length), expected: [], status: 0 });
    } else if (last === undefined) throw new Error(`line ${i + 1}: output before the first command`);
    else if (isStatus) last.status = Number(line);
    else (last.expected as string[]).push(line);
  }
  return sections;
}

/** Words of a command line, with quotes as a shell has them. */
export function words(text: string): string[] {
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ''));
}

/** Whether lines are as expected: a line `...` stands for any lines, `...` inside a line for any text. */
export function matches(expected: readonly string[], actual: readonly string[]): boolean {
  const source = expected
    .map((line) =>
      line === '...'
        ? '(?:.*\\n)*?'
        : `${line
            .split('...')
            .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
            .join('.*')}\\n`,
    )
    .join('');
  return new RegExp(`^${source}$`).test(actual.map((line) => `${line}\n`).join(''));
}
