(()=>{"use strict";
const $=id=>document.getElementById(id);
document.addEventListener("click",e=>{const b=e.target.closest("th>button");if(b)sort(b.parentNode)});
const tables=["t-models","t-matrix"].map($).filter(Boolean);
const first=$("t-models");
if(first)for(const th of first.tHead.rows[0].cells){const b=document.createElement("button");b.type="button";b.append(...th.childNodes);th.append(b)}
function sort(th){
const table=th.closest("table"),body=table.tBodies[0],i=th.cellIndex,up=th.getAttribute("aria-sort")!=="ascending";
const key=r=>{const c=r.cells[i];return c.dataset.s!==undefined?Number(c.dataset.s):c.textContent.toLowerCase()};
const rows=Array.from(body.rows,(r,n)=>[key(r),n,r]);
rows.sort((a,b)=>(a[0]<b[0]?-1:a[0]>b[0]?1:0)*(up?1:-1)||a[1]-b[1]);
const f=document.createDocumentFragment();for(const r of rows)f.append(r[2]);body.append(f);
for(const o of th.parentNode.cells)o.removeAttribute("aria-sort");
th.setAttribute("aria-sort",up?"ascending":"descending");
}
const form=$("filter");
if(form){
const q=$("q"),v=$("qv"),n=$("qn"),sections=document.querySelectorAll("section.model");
const rows=Array.from(first.tBodies[0].rows),other=tables[1]?Array.from(tables[1].tBodies[0].rows):[];
const words=rows.map(r=>r.textContent.toLowerCase());
form.hidden=false;
let due=0;
const apply=()=>{due=0;const w=q.value.toLowerCase().split(/\s+/).filter(Boolean);let shown=0;
rows.forEach((r,i)=>{const hide=v.value&&r.dataset.v!==v.value||!w.every(x=>words[i].includes(x));
if(!hide)shown++;if(r.hidden!==hide){r.hidden=hide;if(other[i])other[i].hidden=hide;if(sections[i])sections[i].hidden=hide}});
n.textContent=shown===rows.length?"":shown+" of "+rows.length+" shown"};
const later=()=>{if(!due)due=requestAnimationFrame(apply)};
q.addEventListener("input",later);v.addEventListener("change",later);
form.addEventListener("submit",e=>e.preventDefault());
}
addEventListener("hashchange",()=>{const t=$(decodeURIComponent(location.hash.slice(1)));if(t&&t.hidden&&$("q")){$("q").value="";$("qv").value="";$("q").dispatchEvent(new Event("input"));requestAnimationFrame(()=>t.scrollIntoView())}});
})();
