'use strict';
// Swagger UI with the document of the API named behind the #, such as #/orders/v1.

const start = async () => {
  const state = document.getElementById('state');
  const path = location.hash.slice(1);
  const here = location.pathname.replace(/\/catalogue\/try\.html$/, '');
  try {
    if (!/^(\/[A-Za-z0-9][A-Za-z0-9._-]{0,79}){2,3}$/.test(path)) throw new Error('no API is named; go back to the catalogue');
    const answer = await fetch(`${here}${path}/openapi.json`);
    const spec = await answer.json();
    if (!answer.ok) throw new Error(spec.error?.message ?? `the gateway answered ${answer.status}`);
    // Through the address that this page came from: from elsewhere the browser would let nothing through.
    spec.servers = [{ url: `${location.origin}${here}${path}` }];
    window.SwaggerUIBundle({
      spec,
      domNode: document.getElementById('ui'),
      presets: [window.SwaggerUIBundle.presets.apis],
      layout: 'BaseLayout',
      validatorUrl: null,
      queryConfigEnabled: false,
      persistAuthorization: false,
      displayRequestDuration: true,
      defaultModelsExpandDepth: 0,
      onComplete: () => { document.body.dataset.ready = 'true'; },
    });
    document.title = `${spec.info.title} ${spec.info.version} · Drawbridge`;
    state.hidden = true;
  } catch (error) {
    state.textContent = `The API’s document could not be read: ${error.message}`;
    document.body.dataset.ready = 'true';
  }
};
addEventListener('hashchange', () => location.reload());
if (matchMedia('(prefers-color-scheme: dark)').matches) document.documentElement.classList.add('dark-mode');
start();
