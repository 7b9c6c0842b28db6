// Starts what needs a script: the timelines, and the choice of the theme. The rest of the page is there without it.
'use strict';

const timelines = [];
const redraw = () => { for (const timeline of timelines) timeline.draw(); };

for (const node of document.querySelectorAll('script[type="application/json"][data-timeline]')) {
  const root = document.getElementById(node.dataset.timeline);
  timelines.push(new Timeline(root, JSON.parse(node.textContent)));
}

const theme = document.getElementById('theme');
theme.hidden = false;
theme.addEventListener('click', () => {
  const dark = getComputedStyle(document.documentElement).colorScheme === 'dark';
  document.documentElement.dataset.theme = dark ? 'light' : 'dark';
  redraw();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

// Paper is white.
let before;
addEventListener('beforeprint', () => {
  before = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = 'light';
  for (const details of document.querySelectorAll('details')) details.open = true;
  redraw();
});
addEventListener('afterprint', () => {
  if (before) document.documentElement.dataset.theme = before; else delete document.documentElement.dataset.theme;
  redraw();
});
document.documentElement.dataset.ready = timelines.length;
