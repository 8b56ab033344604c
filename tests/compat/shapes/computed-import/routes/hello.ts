export default (): Response => new Response("hello, computed");
