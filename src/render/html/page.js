(() => {
  const cards = [...document.querySelectorAll('.card')];
  const texts = cards.map((card) => card.textContent.toLowerCase());
  const chosen = ['action', 'region', 'kind'];

  const filter = () => {
    const words = at('text').value.toLowerCase().split(/\s+/);
    const fits = (card, index) =>
      chosen.every((name) => !at(name).value || card.dataset[name] === at(name).value) &&
      words.every((word) => texts[index].includes(word));
    cards.forEach((card, index) => { card.hidden = !fits(card, index); });
    for (const group of document.querySelectorAll('.members')) {
      group.hidden = !group.querySelector('.card:not([hidden])');
    }
    const shown = seen().length;
    at('shown').textContent = `${shown} of ${cards.length} resources`;
    at('none').hidden = shown > 0;
  };
  const seen = () => cards.filter((card) => !card.hidden);

  // The next resource that is seen, or the one before.
  const go = (step) => {
    const shown = seen();
    const current = shown.findIndex((card) => card.contains(document.activeElement));
    const next = shown[current < 0 ? (step > 0 ? 0 : shown.length - 1) : current + step];
    if (next) next.querySelector('summary').focus();
  };

  const reveal = () => {
    const target = cards.find((card) => `#${card.id}` === location.hash);
    if (!target) return;
    if (target.hidden) {
      at('controls').reset();
      filter();
    }
    target.open = true;
    target.querySelector('summary').focus();
  };

  at('controls').addEventListener('input', filter);
  at('open').addEventListener('click', () => {
    const open = !seen().every((card) => card.open);
    for (const card of seen()) card.open = open;
    at('open').textContent = open ? 'Close all' : 'Open all';
  });
  addEventListener('hashchange', reveal);
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select')) return;
    if (event.key === 'j') go(1);
    else if (event.key === 'k') go(-1);
    else return;
    event.preventDefault();
  });

  filter();
  reveal();
})();
