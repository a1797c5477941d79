'use strict';
const at = (id) => document.getElementById(id);

// What is changed in the form is filtered by; `/` leads there, and Escape takes the text back.
const refilter = () => at('controls').dispatchEvent(new Event('input'));
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches('input, select')) {
    if (event.key === 'Escape' && event.target === at('text')) {
      at('text').value = '';
      refilter();
    }
  } else if (event.key === '/') {
    at('text').focus();
    event.preventDefault();
  }
});
at('controls').addEventListener('submit', (event) => event.preventDefault());
at('controls').hidden = false;

{
  const root = document.documentElement;
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  const nameTheme = () => { at('theme').textContent = isDark() ? 'Light' : 'Dark'; };
  at('theme').addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    nameTheme();
  });
  at('theme').hidden = false;
  nameTheme();

  // A printed page shows everything.
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open])')];
    for (const one of opened) one.open = true;
  });
  addEventListener('afterprint', () => { for (const one of opened) one.open = false; });
}
