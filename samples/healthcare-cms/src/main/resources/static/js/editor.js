// Comforts of the editor. Everything works without this file; nothing here talks to the server.
(() => {
  'use strict';
  const form = document.querySelector('[data-article-form]');
  if (!form) {
    return;
  }
  const body = form.querySelector('#field-body');
  let dirty = false;
  let leavingOnPurpose = false;

  const ofSaved = document.querySelectorAll('[data-needs-saved] button');
  const markDirty = () => {
    dirty = true;
    ofSaved.forEach((button) => {
      button.disabled = true;
      button.title = button.dataset.dirtyHint;
    });
  };
  form.addEventListener('input', markDirty);
  if (form.dataset.unsaved) {
    markDirty();
  }
  form.addEventListener('submit', () => { leavingOnPurpose = true; });
  window.addEventListener('beforeunload', (event) => {
    if (dirty && !leavingOnPurpose) {
      event.preventDefault();
    }
  });
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  form.querySelectorAll('[data-grow]').forEach((area) => {
    const grow = () => {
      area.rows = 1;
      while (area.scrollHeight > area.clientHeight + 2 && area.rows < 8) {
        area.rows += 1;
      }
    };
    area.addEventListener('input', grow);
    area.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
      }
    });
    grow();
  });

  const counter = form.querySelector('[data-word-count]');
  const count = () => {
    const words = body.value.trim().split(/\s+/).filter(Boolean).length;
    counter.textContent = counter.dataset.words.replace('{0}', String(words));
  };
  body.addEventListener('input', count);
  count();

  const wrap = (before, after) => {
    const { selectionStart: from, selectionEnd: to, value } = body;
    const chosen = value.slice(from, to) || '…';
    body.setRangeText(before + chosen + after, from, to, 'end');
    body.setSelectionRange(from + before.length, from + before.length + chosen.length);
  };
  const prefix = (mark) => {
    const from = body.value.lastIndexOf('\n', body.selectionStart - 1) + 1;
    const to = body.selectionEnd;
    const lines = body.value.slice(from, to).split('\n').map((line) => mark + line).join('\n');
    body.setRangeText(lines, from, to, 'end');
  };
  const marks = {
    heading: () => prefix('## '),
    bold: () => wrap('**', '**'),
    italic: () => wrap('*', '*'),
    list: () => prefix('- '),
    quote: () => prefix('> '),
    link: () => wrap('[', '](https://)'),
  };
  const toolbar = form.querySelector('[data-toolbar]');
  toolbar.hidden = false;
  toolbar.addEventListener('click', (event) => {
    const button = event.target.closest('[data-mark]');
    if (button && !body.matches(':disabled')) {
      marks[button.dataset.mark]();
      body.focus();
      body.dispatchEvent(new Event('input', { bubbles: true }));
    }
  });

  const faults = form.querySelector('[data-faults]');
  if (faults) {
    faults.focus();
  }
})();
