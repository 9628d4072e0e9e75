// Swagger UI over the server's own description. Its bundle is a script of its own, which the page loads before this one.
globalThis.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false, // a token is kept for as long as the page is open
  validatorUrl: null, // nothing leaves this host
});
