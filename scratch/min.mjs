import { check, parseLitmus } from '@quiesce/litmus';
import { run } from '@quiesce/bridge';
const rowsAll = ['MOV W0,#1','LDADD W0,W1,[X20]','LDR W4,[X20]','CBNZ W4,L@','L@:','MOV W5,#2','STR W5,[X21]','LDR W8,[X21]','CMP W8,#1','CSEL X9,X20,X20,EQ','STR W25,[X9]'];
function text(rows) {
  const n=3; const init=[0,1,2].map(t=>`${t}:X20=x; ${t}:X21=y; ${t}:X9=x;`).join(' ');
  const cells = rows.map(r=>[0,1,2].map(t=>r.replaceAll('@',String(t))).join(' | ')+' ;').join('\n');
  return `AArch64 m\n{ ${init} }\nP0 | P1 | P2 ;\n${cells}\nlocations [x; y; 0:X1; 1:X1; 2:X1; 0:X4; 1:X4; 2:X4; 0:X8; 1:X8; 2:X8;] exists (x=0)`;
}
function differs(rows) {
  try { const t=parseLitmus(text(rows)); const a=check(t), m=run(t); return m.states.some(s=>!a.states.includes(s)); } catch (e) { return false; }
}
let rows=rowsAll; console.log(differs(rows));
for (let again=true; again;) { again=false; for (let i=0;i<rows.length;i++) { const r=rows.filter((_,j)=>j!==i); if (differs(r)) { rows=r; again=true; break; } } }
console.log(text(rows));
const t=parseLitmus(text(rows)); const a=check(t), m=run(t); console.log(m.states.filter(s=>!a.states.includes(s)).slice(0,5));
