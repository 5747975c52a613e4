// Shows the API. Everything is asked of the gateway that this page comes from, and nothing of anybody else.
Scalar.createApiReference("#api", {
  url: "/openapi.json",
  theme: "default",
  // The bar above stays where it is.
  customCss: ":root { --scalar-custom-header-height: 48px }",
  withDefaultFonts: false,
  telemetry: false,
  persistAuth: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  agent: { disabled: true },
  mcp: { disabled: true },
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  authentication: { preferredSecurityScheme: "bearer" },
});
