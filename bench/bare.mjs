// The least that answers the same bytes.
import http from 'node:http';

const body = Buffer.from(process.argv[2] ?? '');
const server = http.createServer((_request, response) => {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
