(() => {
  const table = document.querySelector('.accounts');
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const chosen = ['outcome', 'group'];

  const filter = () => {
    const words = at('text').value.toLowerCase().split(/\s+/);
    const fits = (row, index) =>
      chosen.every((name) => !at(name).value || row.dataset[name] === at(name).value) &&
      words.every((word) => texts[index].includes(word));
    rows.forEach((row, index) => { row.hidden = !fits(row, index); });
    const shown = rows.filter((row) => !row.hidden).length;
    at('shown').textContent = `${shown} of ${rows.length} accounts`;
    at('none').hidden = shown > 0;
  };

  const key = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent;
  const compare = (one, other) => one.localeCompare(other, 'en', { numeric: true });
  const sort = (head) => {
    const goesDown = head.getAttribute('aria-sort') === 'ascending';
    for (const one of table.tHead.rows[0].cells) one.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', goesDown ? 'descending' : 'ascending');
    const sorted = rows.map((row) => [key(row, head.cellIndex), row]);
    // The order of those that are the same stays that of the accounts.
    sorted.sort(([one], [other]) => (goesDown ? compare(other, one) : compare(one, other)));
    body.append(...sorted.map(([, row]) => row));
  };
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    button.addEventListener('click', () => sort(head));
    head.replaceChildren(button);
  }
  table.tHead.rows[0].cells[0].setAttribute('aria-sort', 'ascending');

  // From a group to its accounts, and back.
  for (const link of document.querySelectorAll('[data-only]')) {
    link.addEventListener('click', () => {
      at('controls').reset();
      at('group').value = link.dataset.only;
      filter();
    });
  }
  const reveal = () => {
    const target = [...document.querySelectorAll('.card')].find((card) => `#${card.id}` === location.hash);
    if (!target) return;
    target.open = true;
    target.querySelector('summary').focus();
  };

  at('controls').addEventListener('input', filter);
  addEventListener('hashchange', reveal);
  filter();
  reveal();
})();
