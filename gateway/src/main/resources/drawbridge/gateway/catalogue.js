'use strict';
// Everything that comes from an agent becomes text, never markup: elements are made here and filled by textContent.

const element = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  for (const child of children) if (child !== undefined && child !== '') made.append(child);
  return made;
};

// Where this page stands, whatever a proxy put before it: everything else is beside it.
const here = location.pathname.replace(/\/catalogue$/, '');

const say = (text) => { document.getElementById('said').textContent = text; };

const copied = (text) => {
  const button = element('button', { type: 'button' }, 'Copy');
  button.addEventListener('click', async () => {
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      done = false; // not over plain HTTP: select it, so that Ctrl-C copies
      getSelection().selectAllChildren(button.parentElement.querySelector('pre'));
    }
    button.textContent = done ? 'Copied' : 'Selected';
    say(done ? 'Copied' : 'Selected, press Ctrl C');
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  return element('div', { class: 'copy' }, element('pre', { tabindex: '0' }, text), button);
};

const terms = (pairs) => {
  const list = element('dl');
  for (const [term, text] of pairs) {
    if (text) list.append(element('dt', {}, term), element('dd', {}, text));
  }
  return list;
};

const bytes = (n) => (n >= 1073741824 ? `${Math.round(n / 107374182.4) / 10} GB` : n >= 1048576 ? `${Math.round(n / 104857.6) / 10} MB` : `${Math.round(n / 102.4) / 10} kB`);

const operation = (op) => {
  const marks = element('span', { class: 'right' });
  if (op.trigger) marks.append(element('span', { class: 'pill' }, 'trigger'));
  if (op.paged) marks.append(element('span', { class: 'pill' }, 'pages'));
  if (op.warning) marks.append(element('span', { class: 'pill warn' }, 'slow'));
  if (op.deprecated) marks.append(element('span', { class: 'pill warn' }, op.sunset ? `ends ${op.sunset}` : 'deprecated'));
  marks.append(op.callable
    ? element('span', { class: 'pill good' }, 'you may call it')
    : element('span', { class: 'pill' }, 'not for you'));
  const limits = op.limits
    ? `${op.limits.calls} calls, ${op.limits.rows.toLocaleString('en')} rows, ${bytes(op.limits.bytes)}, ${op.limits.seconds} s a call`
    : '';
  const who = op.rules === undefined ? (op.callable ? 'you' : 'nobody that you may know of')
    : op.rules.length === 0 ? 'nobody: no rule allows it' : `whom these rules name: ${op.rules.join(', ')}`;
  return element('details', { class: 'operation', 'data-words': `${op.id} ${op.path} ${op.summary}`.toLowerCase() },
    element('summary', {},
      element('span', { class: `method ${op.method}` }, op.method),
      element('span', { class: 'says' }, op.summary),
      element('span', { class: 'url' }, op.path),
      marks),
    element('div', {},
      element('p', {}, op.description),
      terms([
        ['Name', op.id],
        ['Who may call', who],
        ['Your limits', limits],
        ['Changes data', op.safe ? 'no: it may be sent again' : 'yes: after an unclear end look before you send it again'],
      ]),
      copied(op.curl)));
};

const steps = (title, lines) => {
  const list = element('ol');
  for (const line of lines) list.append(element('li', {}, line));
  return [element('h3', {}, title), list];
};

// As the browser names a document that it keeps.
const downloaded = (api, path) => `${api.api}-${api.version}.${path}`;

const imports = (api) => element('details', {},
  element('summary', {}, element('span', { class: 'says' }, 'Import into Power Platform or API Management')),
  element('div', {},
    ...steps('Power Apps, Power Automate, Logic Apps', [
      'Download the Swagger file above, and apiProperties.json with its policies for pages and triggers.',
      'In make.powerapps.com: More, Discover all, Custom connectors, New custom connector, Import an OpenAPI file; choose the Swagger file.',
      api.authentication === 'token'
        ? 'Security: OAuth 2.0, Microsoft Entra ID, with the application of your connector; the resource URL stands in apiProperties.json.'
        : 'Security: API key in the header Ocp-Apim-Subscription-Key. Connectors show no client certificate, so API Management stands in front and shows it.',
      `With the paconn tool instead, policies included: paconn create --api-def ${downloaded(api, 'swagger.json')} --api-prop ${downloaded(api, 'apiProperties.json')}`,
      'Create the connector, then a connection on its Test page, and call an operation.',
    ]),
    ...steps('Azure API Management', [
      'Download the OpenAPI file above.',
      `APIs, Add API, OpenAPI: choose the file; web service URL ${api.url}; versions by path.`,
      'Upload the client certificate under Certificates, and in the API’s inbound policy write <authentication-certificate certificate-id="…" />.',
      'For long answers add buffer-response="false" to forward-request; keep its timeout below 240 s.',
    ])));

const warnings = (lines) => element('details', {},
  element('summary', {}, element('span', { class: 'says' }, 'For whoever keeps the API file'),
    element('span', { class: 'right' }, element('span', { class: 'pill warn' }, `${lines.length} to look at`))),
  element('div', {}, element('ul', {}, ...lines.map((line) => element('li', {}, line)))));

const section = (api) => {
  const base = here + api.path;
  const file = (text, path) => element('a', { class: 'button', href: `${base}/${path}`, download: downloaded(api, path) }, text);
  const callable = api.operations.filter((op) => op.callable).length;
  return element('section', { class: 'api', 'aria-label': `${api.title} ${api.version}` },
    element('h2', {}, api.title,
      element('span', { class: 'pill' }, api.version),
      element('span', { class: callable ? 'pill good' : 'pill' },
        `${callable} of ${api.operations.length} ${api.whole ? 'operations' : 'shown operations'} are yours to call`)),
    api.description ? element('p', { class: 'about' }, api.description) : undefined,
    element('p', { class: 'about' }, element('span', { class: 'url' }, api.url),
      api.contact ? ` · ${api.contact.name}, ` : '',
      api.contact ? element('a', { href: `mailto:${api.contact.email}` }, api.contact.email) : ''),
    element('div', { class: 'actions' },
      element('a', { class: 'button first', href: `${here}/catalogue/try.html#${api.path}` }, 'Try it'),
      file('OpenAPI 3.0', 'openapi.json'), file('Swagger 2.0', 'swagger.json'), file('apiProperties', 'apiProperties.json')),
    api.warnings.length && !api.operations.length ? element('p', { class: 'notice' }, api.warnings.join(' ')) : undefined,
    ...api.operations.map(operation),
    imports(api),
    api.warnings.length && api.operations.length ? warnings(api.warnings) : undefined);
};

const find = () => {
  const words = document.getElementById('find').value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const api of document.querySelectorAll('.api')) {
    let some = 0;
    for (const op of api.querySelectorAll('.operation')) {
      op.hidden = !words.every((word) => op.dataset.words.includes(word));
      some += op.hidden ? 0 : 1;
    }
    api.hidden = words.length > 0 && some === 0;
    shown += some;
  }
  document.getElementById('count').textContent = `${shown} ${shown === 1 ? 'operation' : 'operations'}`;
};

const start = async () => {
  const state = document.getElementById('state');
  const main = document.getElementById('apis');
  try {
    const answer = await fetch(`${here}/catalogue`, { headers: { Accept: 'application/json' } });
    const read = await answer.json();
    if (!answer.ok) throw new Error(read.error?.message ?? `the gateway answered ${answer.status}`);
    main.append(...read.apis.map(section));
    state.textContent = read.apis.length ? '' : 'There is nothing that you may view or call. Ask the site’s admin for a rule in policy.yaml.';
    state.hidden = read.apis.length > 0;
    if (!read.complete) main.prepend(element('p', { class: 'notice' }, 'Not all sites can be reached now, so something may be missing here.'));
    document.getElementById('find').addEventListener('input', find);
    find();
  } catch (error) {
    state.textContent = `The catalogue could not be read: ${error.message}`;
    state.className = 'notice';
  }
  document.body.dataset.ready = 'true';
};
start();
