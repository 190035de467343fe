// The scenario server's requests about a stream, known by its key: its counts, and actions on it.

async function ask(path, method) {
  const response = await fetch(path, { method, cache: "no-store" });
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`);
  return response.json();
}

/** The number of requests, of opened and of open streams. */
export const counts = (key) => ask(`/counts/${encodeURIComponent(key)}`, "GET");

/** Makes the server "drop" the connections of the key or "close" its streams with an event. */
export const control = (key, action) => ask(`/control/${encodeURIComponent(key)}/${action}`, "POST");
