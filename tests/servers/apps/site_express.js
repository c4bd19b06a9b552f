// The site of calls.py on Express: `node site_express.js HOME PORT`. Written as a user would; HOME holds node_modules.
'use strict';

const [home, port] = process.argv.slice(2);
const express = require(require.resolve('express', { paths: [home] }));

const app = express();

app.get('/json', (request, response) => response.json({ q: request.query.q ?? '' }));
app.all('/echo', express.raw({ type: () => true, limit: '40mb' }), (request, response) => {
  response.type(request.get('content-type') ?? 'application/octet-stream').send(request.body);
});
app.get('/cookies', (request, response) => {
  response.cookie('a', '1').cookie('b', '2', { httpOnly: true }).send('two');
});
app.get('/redirect', (request, response) => response.redirect('/json?q=there'));
app.delete('/thing', (request, response) => response.status(204).end());
app.get('/crash', () => {
  throw new Error('on purpose');
});
app.get('/large', (request, response) => response.type('application/octet-stream').send(Buffer.alloc(1000000, 'x')));
app.get('/stream', (request, response) => {
  response.type('text/plain');
  for (const word of ['one', 'two', 'three']) response.write(word);
  response.end();
});
app.get('/hints', (request, response) => {
  response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
  response.send('after the hints');
});
app.get('/sum', (request, response) => {
  response.writeHead(200, { Trailer: 'X-Sum' });
  response.write('summed');
  response.addTrailers({ 'X-Sum': '6' });
  response.end();
});
app.get('/fresh', (request, response) => response.set('ETag', '"v1"').send('fresh'));

app.listen(Number(port), '127.0.0.1');
