// Starts the IDE, or says why it cannot.

// A token is a secret, so it is forgotten with the page: the IDE is told not to keep headers, and since its
// history of queries keeps them all the same, they are taken out on their way into the browser's storage.
const withoutHeaders = (value) =>
  JSON.stringify(JSON.parse(value, (key, inner) => (key === "headers" ? undefined : inner)));
// Another page of this origin may keep things of its own there.
const keys = () => Object.keys(localStorage).filter((key) => key.startsWith("graphiql:"));
const storage = {
  get length() {
    return keys().length;
  },
  clear: () => keys().forEach((key) => localStorage.removeItem(key)),
  getItem: (key) => localStorage.getItem(key),
  removeItem: (key) => localStorage.removeItem(key),
  setItem: (key, value) =>
    localStorage.setItem(key, /:(queries|favorites)$/.test(key) ? withoutHeaders(value) : value),
};

const defaultQuery = `# Sign in with a header, below:
#   {"Authorization": "Bearer TOKEN"}
# A shell prints a token for you with:
#   tutti token --email ADDRESS

{
  viewer {
    person {
      name
      email
    }
  }
}
`;

const place = document.getElementById("graphiql");
const style = document.querySelector("link[rel=stylesheet]");
if (window.GraphiQL === undefined || style.sheet === null) {
  place.replaceChildren(document.getElementById("help").content);
} else {
  const properties = {
    fetcher: GraphiQL.createFetcher({ url: new URL("graphql", location.href).href }),
    storage,
    shouldPersistHeaders: false,
    defaultQuery,
    defaultEditorToolsVisibility: "headers",
  };
  ReactDOM.createRoot(place).render(React.createElement(GraphiQL, properties));
}
