// Calls a gateway with an official Node SDK, as its users do: one JSON order per line in, one JSON report per line out.
// `node driver.js FOLDER fc2|fc20230330`, FOLDER being where the SDKs are installed. Read next: sdks.py, driver.py.
'use strict';

const readline = require('readline');
const { createRequire } = require('module');

const [folder, name] = process.argv.slice(2);
const load = createRequire(`${folder}/`);
const SERVICE = 'svc';

function told(status, headers, body) {
  // @alicloud/fc2 gives its user an object when the answer is JSON.
  const bytes = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, body: Buffer.from(bytes).toString('base64') };
}

// Send one message, report what comes back, close.
function converse(socket, order) {
  return new Promise((resolve, reject) => {
    socket.on('open', () => socket.send(Buffer.from(order.event, 'base64')));
    socket.on('message', (data) => {
      socket.close(1000);
      socket.on('close', (code) => resolve(told(code, {}, data)));
    });
    socket.on('error', reject);
  });
}

async function fc2(order) {
  const Client = load('@alicloud/fc2');
  const client = new Client('1234567890123456', {
    accessKeyID: order.key, accessKeySecret: order.secret, region: 'cn-hangzhou', endpoint: order.endpoint,
  });
  if (order.does === 'get-function') {
    const found = await client.getFunction(SERVICE, order.function);
    return told(200, found.headers, found.data);
  }
  if (order.does === 'http') {
    const answer = await client.get(`/proxy/${SERVICE}/${order.function}${order.path}`, {}, {});
    return told(200, answer.headers, answer.data);
  }
  if (order.does === 'websocket') {
    return converse(client.websocket(`/proxy/${SERVICE}/${order.function}${order.path}`), order);
  }
  const result = await client.invokeFunction(
    SERVICE, order.function, Buffer.from(order.event, 'base64'), order.headers, order.qualifier, { rawBuf: true });
  return told(order.headers['x-fc-invocation-type'] === 'Async' ? 202 : 200, result.headers, result.data);
}

async function fc3(order) {
  const fc = load('@alicloud/fc20230330');
  const { $OpenApiUtil } = load('@alicloud/openapi-core');
  const { RuntimeOptions } = load('@alicloud/tea-util');
  const client = new fc.default(new $OpenApiUtil.Config({
    accessKeyId: order.key, accessKeySecret: order.secret, endpoint: order.endpoint, protocol: 'http',
  }));
  if (order.does === 'get-function') {
    const found = await client.getFunction(order.function, new fc.GetFunctionRequest({}));
    return told(found.statusCode, found.headers, found.body);
  }
  const { Readable } = require('stream');
  const request = new fc.InvokeFunctionRequest({
    body: Readable.from([Buffer.from(order.event, 'base64')]), qualifier: order.qualifier || undefined,
  });
  const headers = new fc.InvokeFunctionHeaders({
    xFcInvocationType: order.headers['x-fc-invocation-type'], xFcLogType: order.headers['x-fc-log-type'],
  });
  const result = await client.invokeFunctionWithOptions(order.function, request, headers, new RuntimeOptions({}));
  const pieces = [];
  for await (const piece of result.body) pieces.push(piece);
  return told(result.statusCode, result.headers, Buffer.concat(pieces));
}

function raised(error) {
  const data = error.data || {};
  const named = /failed with (\d+)\. requestid: (\S+), message: (.*)\.$/s.exec(error.message) || [];
  return {
    error: error.name,
    code: error.code,
    status: error.statusCode || data.statusCode || Number(named[1]) || 0,
    message: data.Message || named[3] || error.message,
    request_id: data.RequestId || named[2] || '',
  };
}

async function main() {
  const act = { fc2, fc20230330: fc3 }[name];
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const report = await act(JSON.parse(line)).catch(raised);
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
}

main();
