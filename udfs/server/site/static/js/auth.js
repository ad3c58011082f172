// Who asks: the key that was typed into the task pane, or else the account that Excel is logged in
// with. Stands in place of xlwings Server's file of this name, which is made to be replaced.
globalThis.kpiKey = {
  // Excel on the web runs the page inside other sites: each has a store of its own.
  place: () => `${globalThis.Office?.context?.partitionKey ?? ""}kpi.key`,
  get: () => localStorage.getItem(globalThis.kpiKey.place()) ?? "",
  set: (key) => localStorage.setItem(globalThis.kpiKey.place(), key),
};
globalThis.getAuth = async () => {
  const ways = globalThis.config.authProviders;
  const key = ways.includes("key") ? globalThis.kpiKey.get() : "";
  if (key) return { token: `Bearer ${key}`, provider: "key" };
  if (ways.includes("entraid")) {
    return { token: await globalThis.xlwings.getAccessToken(), provider: "entraid" };
  }
  return { token: "", provider: "" };
};
