// Starts the IDE. The bearer token goes into its headers editor: {"Authorization": "Bearer …"}.
const place = document.getElementById("graphiql");
if (window.GraphiQL === undefined) {
  place.textContent = "GraphiQL's assets did not load: check the setting for their address.";
} else {
  const fetcher = GraphiQL.createFetcher({ url: new URL("graphql", location.href).href });
  ReactDOM.createRoot(place).render(React.createElement(GraphiQL, { fetcher, shouldPersistHeaders: false }));
}
