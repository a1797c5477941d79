// Looks at the pages in the folder PAGES with a headless browser. Nothing is fetched: each page is a file.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

const folder = process.env.PAGES;
const profile = mkdtempSync(join(tmpdir(), 'browser-'));
const pages = ['first.html', 'large.html', 'drift.html', 'hostile.html', 'fleet.html', 'fleet-hostile.html'];
// The rules are checked on what is there in any plan; the colours in both forms.
const checked = [
  ['first.html', 'light'], ['drift.html', 'light'], ['drift.html', 'dark'], ['hostile.html', 'light'],
  ['fleet.html', 'light'], ['fleet.html', 'dark'], ['fleet-hostile.html', 'light'],
];
let browser;

before(async () => {
  // The flags keep the browser from asking anything of the network by itself.
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? 'chromium',
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    viewport: { width: 1280, height: 900 },
  });
});
after(async () => {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
});

// Opens a page, and fails unless it stays silent and by itself.
async function open(name, { width = 1280, scheme = 'light', hash = '', then }) {
  const page = await browser.newPage();
  const heard = [];
  const url = pathToFileURL(join(folder, name)).href;
  page.on('console', (message) => heard.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => heard.push(`error: ${error}`));
  page.on('dialog', (dialog) => { heard.push('a dialog'); dialog.dismiss(); });
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url) heard.push(`request: ${request.url()}`);
  });
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(url + hash);
  try {
    await then(page);
    assert.deepEqual(heard, []);
  } finally {
    await page.close();
  }
}

const shown = (page) => page.locator('.card:visible').count();
// The page hears of a followed link only after the click has returned.
const comesToShow = (page, count) => page.waitForFunction(
  (wanted) => [...document.querySelectorAll('.card')].filter((card) => card.checkVisibility()).length === wanted, count);
const unfold = (page) => page.evaluate(() => {
  for (const one of document.querySelectorAll('details')) one.open = true;
});
// For a person to look at, when one has named a folder for them.
const picture = async (page, name) => {
  // A longer page takes the browser minutes to draw.
  const isLong = name.startsWith('large') || name.startsWith('hostile');
  if (process.env.PICTURES && !isLong) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
};

for (const [name, scheme] of checked) {
  test(`${name} is accessible in ${scheme} colours`, () => open(name, {
    scheme,
    then: async (page) => {
      await picture(page, `${name}-${scheme}`);
      await unfold(page);
      await picture(page, `${name}-${scheme}-open`);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => window.axe.run());
      const told = violations.map((it) => `${it.id}: ${it.help}\n` +
        it.nodes.slice(0, 3).map((node) => `  ${node.html.slice(0, 200)} ${node.failureSummary}`).join('\n'));
      assert.deepEqual(told, [], told.join('\n'));
    },
  }));
}

for (const name of pages) {
  test(`${name} fits a screen of 320 pixels`, () => open(name, {
    width: 320,
    then: async (page) => {
      await unfold(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(width, 320);
      await picture(page, `${name}-narrow`);
    },
  }));
}

test('a text from AWS stays a text', () => open('hostile.html', {
  then: async (page) => {
    assert.equal(await page.locator('script').count(), 1);
    assert.equal(await page.locator('img').count(), 0);
    assert.match(await page.locator('.card h4').first().textContent(), /<script>alert\(1\)<\/script>/);
    assert.ok(!readFileSync(join(folder, 'hostile.html'), 'utf8').includes('\u202e'));
  },
}));

test('the page of a plan without JavaScript can be read', async () => {
  const text = readFileSync(join(folder, 'drift.html'), 'utf8');
  const page = await browser.newPage();
  try {
    await page.setContent(text.replace(/<script>[\s\S]*<\/script>/, ''));
    await page.locator('.card.keep summary').first().click();
    assert.equal(await page.locator('#controls').isVisible(), false);
    assert.ok(await page.locator('.card.keep .body').first().isVisible());
  } finally {
    await page.close();
  }
});

test('search and filters', () => open('drift.html', {
  then: async (page) => {
    const all = await page.locator('.card').count();
    assert.equal(await shown(page), all);
    await page.selectOption('#action', 'delete');
    assert.equal(await shown(page), await page.locator('.card.delete').count());
    await page.selectOption('#region', 'eu-west-1');
    assert.equal(await shown(page), 0);
    assert.ok(await page.locator('#none').isVisible());
    await page.selectOption('#action', '');
    await page.selectOption('#kind', 's3_bucket');
    assert.equal(await shown(page), 1);
    assert.equal(await page.locator('#shown').textContent(), `1 of ${all} resources`);
    // A link reveals what a filter hides.
    await page.locator('.first a', { hasText: 'iam_policy.AuditTrailRole' }).click();
    await comesToShow(page, all);
    await page.fill('#text', 'versioning SUSPENDED');
    assert.equal(await shown(page), 1);
    await page.fill('#text', 'iam:*');
    assert.ok(await page.locator('.card:visible', { hasText: 'iam_role.integration' }).count());
  },
}));

test('the keyboard', () => open('drift.html', {
  then: async (page) => {
    const focus = () => page.evaluate(() =>
      document.activeElement.id || document.activeElement.closest('.card')?.id);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
    await page.keyboard.press('/');
    assert.equal(await focus(), 'text');
    await page.keyboard.type('iam_role');
    const found = await shown(page);
    await page.keyboard.press('Escape');
    assert.ok(found < await shown(page));
    await page.keyboard.press('Tab');
    assert.equal(await focus(), 'action');
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('j');
    const first = await focus();
    await page.keyboard.press('j');
    assert.notEqual(await focus(), first);
    await page.keyboard.press('k');
    assert.equal(await focus(), first);
    const was = await page.evaluate((id) => document.getElementById(id).open, first);
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate((id) => document.getElementById(id).open, first), !was);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, 'solid');
  },
}));

test('light and dark', async () => {
  const back = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const seen = {};
  for (const scheme of ['light', 'dark']) {
    await open('first.html', { scheme, then: async (page) => { seen[scheme] = await back(page); } });
  }
  assert.notEqual(seen.light, seen.dark);
  await open('first.html', {
    then: async (page) => {
      assert.equal(await page.locator('#theme').textContent(), 'Dark');
      await page.click('#theme');
      assert.equal(await back(page), seen.dark);
      assert.equal(await page.locator('#theme').textContent(), 'Light');
      await page.click('#theme');
      assert.equal(await back(page), seen.light);
    },
  });
});

test('a link into the page opens its resource', () => open('first.html', {
  hash: '#r1',
  then: async (page) => {
    assert.equal(await page.evaluate(() => document.getElementById('r1').open), true);
  },
}));

test('a printed page has everything', () => open('first.html', {
  then: async (page) => {
    // The style alone unfolds what is printed: this asks for no event of a print.
    await page.emulateMedia({ media: 'print' });
    const heights = await page.evaluate(() => [...document.querySelectorAll('.card:not([open]) .body')]
      .map((it) => (it.checkVisibility() ? it.getBoundingClientRect().height : 0)));
    assert.equal(heights.length, await page.locator('.card').count());
    assert.ok(Math.min(...heights) > 20, `${heights}`);
    await page.emulateMedia({ media: null });
    const folded = await page.pdf();
    await unfold(page);
    const open = await page.pdf({ path: join(folder, 'first.pdf') });
    assert.ok(folded.length > open.length / 2, `${folded.length} of ${open.length} bytes are printed`);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('#controls').isVisible(), false);
  },
}));

const rows = (page) => page.locator('.accounts tbody tr:visible');
const firstAccount = (page) => rows(page).first().locator('th').textContent();

test('the accounts of a fleet sort', () => open('fleet.html', {
  then: async (page) => {
    const head = (name) => page.locator('.accounts thead th', { hasText: name });
    const sorted = async (name) => {
      await head(name).locator('button').click();
      return head(name).getAttribute('aria-sort');
    };
    assert.equal(await rows(page).count(), 1000);
    assert.equal(await firstAccount(page), '000000000001');
    assert.equal(await sorted('Account'), 'descending');
    assert.equal(await firstAccount(page), '000000001000');
    assert.equal(await head('Changes').getAttribute('aria-sort'), null);
    assert.equal(await sorted('Changes'), 'ascending');
    const changes = await rows(page).locator('td:nth-child(4)').allTextContents();
    assert.deepEqual(changes, [...changes].sort((one, other) => one - other), 'numbers sort as numbers');
    await head('Took').locator('button').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    assert.equal(await head('Took').getAttribute('aria-sort'), 'descending');
    assert.equal(await rows(page).first().locator('td:last-child').textContent(), '16 min 40 s');
  },
}));

test('the accounts of a fleet are filtered', () => open('fleet.html', {
  then: async (page) => {
    await page.selectOption('#outcome', 'unreachable');
    assert.equal(await rows(page).count(), 3);
    assert.equal(await page.locator('#shown').textContent(), '3 of 1000 accounts');
    await page.keyboard.press('Escape');
    await page.selectOption('#outcome', '');
    await page.keyboard.press('Tab');
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('/');
    await page.keyboard.type('TEAM-77');
    assert.equal(await rows(page).count(), 11);
    await page.keyboard.type('x');
    assert.ok(await page.locator('#none').isVisible());
    await page.keyboard.press('Escape');
    assert.equal(await rows(page).count(), 1000);
    // From a group to its accounts, and back.
    await page.locator('#p2 summary').click();
    await page.locator('#p2 a').click();
    assert.equal(await page.locator('#group').inputValue(), 'p2');
    assert.equal(await rows(page).count(), 10);
    await page.locator('#p2').evaluate((it) => { it.open = false; });
    await rows(page).first().locator('a').click();
    await page.waitForFunction(() => document.getElementById('p2').open);
  },
}));

test('a name in a fleet stays a text', () => open('fleet-hostile.html', {
  then: async (page) => {
    assert.equal(await page.locator('script').count(), 1);
    assert.equal(await page.locator('img').count(), 0);
    assert.match(await rows(page).first().locator('td').first().textContent(), /<script>alert\(1\)<\/script>/);
    assert.ok(!readFileSync(join(folder, 'fleet-hostile.html'), 'utf8').includes('\u202e'));
  },
}));

test('the page of a fleet without JavaScript can be read', async () => {
  const text = readFileSync(join(folder, 'fleet.html'), 'utf8');
  const page = await browser.newPage();
  try {
    await page.setContent(text.replace(/<script>[\s\S]*<\/script>/, ''));
    assert.equal(await page.locator('#controls').isVisible(), false);
    assert.equal(await rows(page).count(), 1000);
    assert.ok(await page.locator('#p1 pre').isVisible());
  } finally {
    await page.close();
  }
});
