import { directiveHelp, starter } from '@quiesce/protocol';
import { printJson } from '../json.ts';
import { isPath } from '../selection.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** `quiesce new` */
export const create: Verb = {
  name: 'new',
  synopsis: 'protocol FILE',
  does: 'writes a commented protocol to begin with',
  options: { force: { does: 'write over a file that exists' } },
  notes: [
    'FILE becomes GNU assembler source that quiesce check accepts: it holds, and is violated when its ISB lines are deleted. Comments that begin with //@ say what is checked:',
    '',
    ...directiveHelp.flatMap(({ synopsis, does }) => [`  //@ ${synopsis}`, `        ${does}`]),
  ],
  run: (given, host) => {
    const [kind, path, ...more] = given.positionals as readonly (string | undefined)[];
    if (kind !== 'protocol' || path === undefined || more.length > 0) {
      throw usage('new takes what to write and where; for example: quiesce new protocol my-protocol.s');
    }
    if (!given.flag('force') && host.exists(path)) {
      throw usage(`'${path}' exists; give another name, or --force`);
    }
    const name = path.replace(/^.*[/\\]/, '');
    host.write(path, new TextEncoder().encode(starter(name)));
    if (given.flag('json')) printJson(host, [{ file: path }]);
    else host.out(`${path}: written; now quiesce check ${isPath(path) ? path : `./${path}`}\n`);
    return 0;
  },
};
