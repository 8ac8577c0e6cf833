import { lazy } from '../lazy.ts';
import { conditionNames } from './conditions.ts';

/** Parts of a mnemonic: for each value of a field, the text. Values without one are `undefined`. */
export type MnemonicPart = { readonly field: string; readonly texts: readonly (string | undefined)[] };

const copyOptions: readonly string[] = [
  '',
  'wt',
  'rt',
  't',
  'wn',
  'wtwn',
  'rtwn',
  'twn',
  'rn',
  'wtrn',
  'rtrn',
  'trn',
  'n',
  'wtn',
  'rtn',
  'tn',
];

function allParts(): Readonly<Partial<Record<string, MnemonicPart>>> {
  return {
    A: { field: 'A', texts: ['', 'a'] },
    R: { field: 'R', texts: ['', 'l'] },
    S: { field: 'S', texts: ['', 's'] },
    bh: { field: 'size', texts: ['b', 'h', '', ''] },
    bhw: { field: 'size', texts: ['b', 'h', 'w', undefined] },
    bhwx: { field: 'sz', texts: ['b', 'h', 'w', 'x'] },
    cond: { field: 'cond', texts: conditionNames },
    cc: { field: 'cc', texts: ['gt', 'ge', 'hi', 'hs', undefined, undefined, 'eq', 'ne'] },
    cci: { field: 'cc', texts: ['gt', 'lt', 'hi', 'lo', undefined, undefined, 'eq', 'ne'] },
    cpyopts: { field: 'op2', texts: copyOptions },
    q2: { field: 'Q', texts: ['', '2'] },
    bt: { field: 'Q', texts: ['b', 't'] },
    t: { field: 't', texts: ['b', 't'] },
    setopts: { field: 'op2', texts: ['', 't', 'n', 'tn'] },
  };
}

const parts = lazy(allParts);

/** What a symbol of mnemonics, `LDR<bh>` or `B.<cond>`, stands for. */
export function mnemonicPart(symbol: string): MnemonicPart | undefined {
  return parts()[symbol];
}
