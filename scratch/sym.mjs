import { check, parseLitmus, isReached } from '@quiesce/litmus';
import { readFileSync } from 'node:fs';
const t = parseLitmus(readFileSync(process.argv[2], 'utf8'));
for (const symmetry of [true, false]) { const o = check(t, { symmetry }); console.log(symmetry, o.observation, o.stateCount, o.states.length); }
console.log(isReached(t), isReached(t,{symmetry:false}));
