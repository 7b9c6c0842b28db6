// Draws the timeline of a finding on a canvas: a lane per thread, an event per step, locks and waits as spans, and arrows
// from what the chosen event follows. Only what is on the screen is drawn, and of many events in one pixel only one, so a
// hundred thousand events are as quick as ten.
'use strict';

const LANE = 56, TOP = 22, BOX = 18, LABEL = 118;
const ACCESS = 8, BLOCKED = 4, SWITCHED = 2, HAS_VALUE = 1;

class Timeline {
  constructor(root, data) {
    this.data = data;
    this.events = data.events;
    this.threads = data.threads.map(([number]) => number);
    this.labels = new Map(data.threads);
    this.objects = new Map(data.objects);
    this.shown = new Set(this.threads);
    this.object = 0;
    this.chosen = -1;
    this.build(root);
    this.filter();
    this.fit();
    // What the reader looks for is at the end.
    this.choose(this.visible.length - 1, false);
    new ResizeObserver(() => this.resize()).observe(this.frame);
  }

  build(root) {
    const make = (tag, more = {}, ...children) => {
      const node = Object.assign(document.createElement(tag), more);
      node.append(...children);
      return node;
    };
    const button = (text, title, action) => {
      const node = make('button', {type: 'button', textContent: text, title});
      node.addEventListener('click', action);
      return node;
    };
    const select = make('select', {ariaLabel: 'show only this object'},
      make('option', {value: '0', textContent: 'all objects'}),
      ...[...this.objects].map(([number, label]) => make('option', {value: number, textContent: label})));
    select.addEventListener('change', () => { this.object = Number(select.value); this.filter(); this.fit(); });
    const boxes = this.threads.length > 40 ? [] : this.threads.map(thread => {
      const box = make('input', {type: 'checkbox', checked: true});
      box.addEventListener('change', () => {
        if (box.checked) this.shown.add(thread); else this.shown.delete(thread);
        this.filter();
        this.fit();
      });
      return make('label', {}, box, ' ' + this.labels.get(thread));
    });
    root.append(make('div', {className: 'bar'},
      button('\u2212', 'zoom out (-)', () => this.zoom(1 / 1.6)), button('+', 'zoom in (+)', () => this.zoom(1.6)),
      button('all', 'show everything (0)', () => { this.fit(); this.draw(); }), select, ...boxes));
    this.canvas = make('canvas', {tabIndex: 0, ariaLabel:
      'Timeline of the execution. Left and right step through the events, up and down through those of one thread, ' +
      'plus and minus zoom, 0 shows all.'});
    this.canvas.setAttribute('role', 'application');
    this.tip = make('div', {className: 'tip', hidden: true});
    this.frame = make('div', {className: 'view'}, this.canvas, this.tip);
    this.text = make('div', {className: 'chosen mono', ariaLive: 'polite'});
    root.append(this.frame, this.text);
    this.context = this.canvas.getContext('2d');
    this.listen();
  }

  listen() {
    const canvas = this.canvas;
    canvas.addEventListener('keydown', event => this.key(event));
    canvas.addEventListener('wheel', event => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || Math.abs(event.deltaY) > Math.abs(event.deltaX) && !event.shiftKey)
        this.zoom(event.deltaY < 0 ? 1.25 : 0.8, event.offsetX - LABEL);
      else this.pan((event.deltaX || event.deltaY) / this.scale);
    }, {passive: false});
    let from = null;
    canvas.addEventListener('pointerdown', event => {
      from = {x: event.offsetX, start: this.start, moved: false};
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', event => {
      if (from) {
        if (Math.abs(event.offsetX - from.x) > 3) from.moved = true;
        if (from.moved) { this.start = from.start - (event.offsetX - from.x) / this.scale; this.clamp(); this.draw(); }
      } else this.hover(event.offsetX, event.offsetY);
    });
    canvas.addEventListener('pointerup', event => {
      if (from && !from.moved) {
        const at = this.at(event.offsetX, event.offsetY);
        if (at >= 0) this.choose(at);
      }
      from = null;
    });
    canvas.addEventListener('pointerleave', () => { this.tip.hidden = true; });
  }

  key(event) {
    const keys = {
      ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1),
      ArrowDown: () => this.stepThread(1), ArrowUp: () => this.stepThread(-1),
      Home: () => this.choose(0), End: () => this.choose(this.visible.length - 1),
      '+': () => this.zoom(1.6), '=': () => this.zoom(1.6), '-': () => this.zoom(1 / 1.6),
      0: () => { this.fit(); this.draw(); },
    };
    if (event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  // Which events are shown, and where each is: positions are numbers within the shown ones.
  filter() {
    const chosenEvent = this.visible ? this.visible[this.chosen] : undefined;
    this.visible = [];
    this.position = new Int32Array(this.events.length).fill(-1);
    for (let i = 0; i < this.events.length; ++i) {
      const event = this.events[i];
      const wanted = this.object === 0 || event[3] === this.object || event[6] & ACCESS;
      if (!wanted || !this.shown.has(event[1])) continue;
      this.position[i] = this.visible.length;
      this.visible.push(i);
    }
    this.lane = new Map(this.threads.filter(thread => this.shown.has(thread)).map((thread, row) => [thread, row]));
    // A span begins and ends at the shown event that is next to it.
    this.next = new Int32Array(this.events.length + 1);
    let next = this.visible.length;
    this.next[this.events.length] = next;
    for (let i = this.events.length - 1; i >= 0; --i) this.next[i] = this.position[i] >= 0 ? next = this.position[i] : next;
    this.chosen = chosenEvent === undefined ? -1 : this.position[chosenEvent];
  }

  fit() {
    this.resize(false);
    this.scale = Math.max((this.width - LABEL) / Math.max(this.visible.length, 1), 1e-4);
    this.scale = Math.min(this.scale, 60);
    this.start = 0;
    this.draw();
  }
  resize(redraw = true) {
    const ratio = window.devicePixelRatio || 1;
    this.width = Math.max(this.frame.clientWidth, 200);
    this.height = TOP + LANE * Math.max(this.lane.size, 1) + 6;
    const width = Math.round(this.width * ratio), height = Math.round(this.height * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.height = this.height + 'px';
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (redraw) this.draw();
  }
  clamp() {
    const room = (this.width - LABEL) / this.scale;
    this.start = Math.min(Math.max(this.start, 0), Math.max(this.visible.length - room, 0));
  }
  zoom(factor, x = (this.width - LABEL) / 2) {
    const under = this.start + x / this.scale;
    const least = Math.min((this.width - LABEL) / Math.max(this.visible.length, 1), 60);
    this.scale = Math.min(Math.max(this.scale * factor, least), 120);
    this.start = under - x / this.scale;
    this.clamp();
    this.draw();
  }
  pan(events) { this.start += events; this.clamp(); this.draw(); }

  step(by) { this.choose(Math.min(Math.max(this.chosen + by, 0), this.visible.length - 1)); }
  stepThread(by) {
    if (this.chosen < 0) return;
    const thread = this.events[this.visible[this.chosen]][1];
    for (let at = this.chosen + by; at >= 0 && at < this.visible.length; at += by)
      if (this.events[this.visible[at]][1] === thread) return this.choose(at);
  }
  choose(position, show = true) {
    if (position < 0 || position >= this.visible.length) return;
    this.chosen = position;
    const room = (this.width - LABEL) / this.scale;
    if (show && this.scale < 6) this.scale = 14;
    if (show && (position < this.start + 1 || position > this.start + room - 2)) this.start = position - room / 2;
    if (show) this.start = Math.max(Math.min(this.start, position), position - (this.width - LABEL) / this.scale + 1);
    this.clamp();
    this.text.textContent = this.describe(this.visible[position]);
    this.draw();
  }

  // What can be said about an event.
  describe(at) {
    const [index, thread, , , words, place, flags, value, result, time] = this.events[at];
    const [name, file, line, source] = this.data.places[place];
    let text = `${flags & ACCESS ? '*' : '#' + index}  ${this.labels.get(thread)}  ${this.data.words[words]}`;
    if (flags & HAS_VALUE) text += ` = ${value}`;
    if (result) text += `  -> errno ${result}`;
    if (flags & BLOCKED) text += '  (after waiting)';
    if (flags & SWITCHED) text += '  (switch)';
    if (line) text += `\n${name}  ${file}:${line}`;
    if (source) text += `\n    ${source}`;
    const before = this.data.after[at];
    if (before >= 0) text += `\nfollows #${this.events[before][0]}  ${this.labels.get(this.events[before][1])}  ` +
      this.data.words[this.events[before][4]];
    text += `\nvirtual time ${(time / 1000).toLocaleString('en')} \u00b5s`;
    const stack = flags & ACCESS ? this.data.stacks[thread] : null;
    if (stack) text += '\n' + stack;
    return text;
  }

  at(x, y) {
    const position = Math.floor(this.start + (x - LABEL) / this.scale);
    const row = Math.floor((y - TOP) / LANE);
    if (x < LABEL || position < 0 || position >= this.visible.length || row < 0) return -1;
    // Where events are thinner than a finger, the nearest in the lane is meant.
    const reach = Math.ceil(8 / this.scale);
    for (let by = 0; by <= reach; ++by) {
      for (const candidate of [position + by, position - by]) {
        if (candidate < 0 || candidate >= this.visible.length) continue;
        if (this.lane.get(this.events[this.visible[candidate]][1]) === row) return candidate;
      }
    }
    return -1;
  }
  hover(x, y) {
    const at = this.at(x, y);
    this.tip.hidden = at < 0;
    if (at < 0) return;
    this.tip.textContent = this.describe(this.visible[at]);
    this.tip.style.left = Math.min(x + 12, Math.max(this.width - this.tip.offsetWidth - 8, 0)) + 'px';
    this.tip.style.top = Math.max(Math.min(y + 14, this.height - this.tip.offsetHeight - 4), 0) + 'px';
  }

  x(position) { return LABEL + (position - this.start) * this.scale; }
  y(thread) { return TOP + LANE * this.lane.get(thread); }

  draw() {
    if (!this.visible || this.scale === undefined) return;
    const style = getComputedStyle(document.documentElement);
    this.colors = {};
    for (const name of ['ground', 'panel', 'ink', 'faint', 'line', 'accent', 'bad', 'event', 'sync', 'atomic', 'wait', 'lock'])
      this.colors[name] = style.getPropertyValue('--' + name).trim();
    const context = this.context;
    context.clearRect(0, 0, this.width, this.height);
    context.font = '12px ui-monospace, "DejaVu Sans Mono", monospace';
    context.textBaseline = 'middle';
    const first = Math.max(Math.floor(this.start), 0);
    const last = Math.min(Math.ceil(this.start + (this.width - LABEL) / this.scale), this.visible.length - 1);
    this.drawLanes();
    context.save();
    context.beginPath();
    context.rect(LABEL, 0, this.width - LABEL, this.height);
    context.clip();
    this.drawSpans();
    this.drawEvents(first, last);
    this.drawArrows();
    this.drawAxis(first, last);
    context.restore();
  }
  drawLanes() {
    const context = this.context;
    for (const [thread, row] of this.lane) {
      const y = TOP + row * LANE;
      context.fillStyle = this.colors.line;
      context.fillRect(0, y + LANE - 1, this.width, 1);
      context.fillRect(LABEL, y + BOX / 2 + 3, this.width - LABEL, 1);
      context.fillStyle = this.colors.ink;
      context.fillText(this.labels.get(thread).slice(0, 15), 8, y + BOX / 2 + 4);
    }
  }
  drawSpans() {
    const context = this.context;
    const rows = new Map();
    for (const [kind, thread, object, begin, end, open] of this.data.spans) {
      if (!this.lane.has(thread) || this.object !== 0 && object !== this.object) continue;
      const left = this.x(this.next[begin]), right = this.x(this.next[Math.min(end + 1, this.events.length)]);
      if (right < LABEL || left > this.width) continue;
      const y = this.y(thread);
      if (kind === 1) {
        context.fillStyle = this.colors.wait;
        context.globalAlpha = 0.55;
        context.fillRect(left + this.scale, y + BOX / 2 + 1, Math.max(right - left - 2 * this.scale, 1), 5);
        context.globalAlpha = 1;
        continue;
      }
      // Locks that are held together lie under each other.
      let taken = rows.get(thread);
      if (!taken) rows.set(thread, taken = [-1, -1, -1]);
      let row = taken.findIndex(until => until <= begin);
      if (row < 0) row = 2;
      taken[row] = end;
      context.fillStyle = this.colors.lock;
      context.fillRect(left, y + BOX + 7 + row * 5, Math.max(right - left, 1), 4);
      if (right - left > 90 && row === 0) {
        context.fillStyle = this.colors.faint;
        context.fillText((this.objects.get(object) || '') + (open ? ' \u2026' : ''), Math.max(left, LABEL) + 4, y + BOX + 28);
      }
    }
  }
  color(event) {
    if (event[6] & ACCESS) return this.colors.bad;
    if (this.data.kinds[event[2]] === 'atomic') return this.colors.atomic;
    return this.data.kinds[event[2]] === 'sync' ? this.colors.sync : this.colors.event;
  }
  drawEvents(first, last) {
    const context = this.context;
    const drawn = new Map();
    for (let position = first; position <= last; ++position) {
      const event = this.events[this.visible[position]];
      const x = this.x(position), pixel = Math.floor(x);
      const important = event[6] & ACCESS || position === this.chosen;
      if (this.scale < 1 && !important && drawn.get(event[1]) === pixel) continue;
      drawn.set(event[1], pixel);
      const y = this.y(event[1]) + 4;
      context.fillStyle = this.color(event);
      context.fillRect(x, y, Math.max(this.scale - 1, important ? 3 : 1), BOX);
      if (event[6] & ACCESS && this.scale < 8) context.fillRect(x - 2, y - 3, 6, 3);
      if (this.scale > 70) {
        context.fillStyle = this.colors.ground;
        context.fillText(this.data.words[event[4]].slice(0, Math.floor(this.scale / 8)), x + 4, y + BOX / 2);
      }
      if (position === this.chosen) {
        context.strokeStyle = this.colors.ink;
        context.lineWidth = 2;
        context.strokeRect(x - 1, y - 2, Math.max(this.scale, 4) + 1, BOX + 4);
      }
    }
  }
  // What the chosen event follows: its own predecessor, then those of what came before in that thread.
  drawArrows() {
    if (this.chosen < 0) return;
    const after = this.data.after;
    let at = this.visible[this.chosen], left = 24;
    const seen = new Set();
    const queue = [at];
    while (queue.length && left > 0) {
      at = queue.shift();
      // Back to the latest event of this thread that follows another thread's.
      let steps = 4000;
      while (at >= 0 && after[at] < 0 && steps-- > 0) at = this.data.before[at];
      if (at < 0 || after[at] < 0 || seen.has(at)) continue;
      seen.add(at);
      this.arrow(after[at], at, left === 24);
      --left;
      queue.push(after[at], this.data.before[at]);
    }
  }
  arrow(from, to, direct) {
    const a = this.events[from], b = this.events[to];
    if (this.position[from] < 0 || this.position[to] < 0) return;
    const context = this.context, half = Math.max(this.scale, 1) / 2;
    const x1 = this.x(this.position[from]) + half, x2 = this.x(this.position[to]) + half;
    const y1 = this.y(a[1]) + 4 + (this.lane.get(b[1]) > this.lane.get(a[1]) ? BOX : 0);
    const y2 = this.y(b[1]) + 4 + (this.lane.get(b[1]) > this.lane.get(a[1]) ? 0 : BOX);
    context.globalAlpha = direct ? 1 : 0.45;
    context.strokeStyle = context.fillStyle = this.colors.accent;
    context.lineWidth = direct ? 2 : 1;
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo(x1, (y1 + y2) / 2, x2, (y1 + y2) / 2, x2, y2);
    context.stroke();
    const up = y2 < y1 ? 1 : -1;
    context.beginPath();
    context.moveTo(x2, y2);
    context.lineTo(x2 - 4, y2 + 7 * up);
    context.lineTo(x2 + 4, y2 + 7 * up);
    context.fill();
    context.globalAlpha = 1;
  }
  drawAxis(first, last) {
    const context = this.context;
    context.fillStyle = this.colors.faint;
    let every = 1;
    while (every * this.scale < 70) every *= every.toString()[0] === '2' ? 2.5 : 2;
    for (let position = Math.ceil(first / every) * every; position <= last; position += every) {
      const event = this.events[this.visible[Math.round(position)]];
      if (event) context.fillText(event[6] & ACCESS ? '*' : event[0].toLocaleString('en'), this.x(position), TOP / 2);
    }
  }
}
