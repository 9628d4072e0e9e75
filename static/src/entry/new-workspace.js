// Makes a workspace ready to be looked at: stages in the person's language and, if wanted, sample clients.
import { sampleOperations } from "../samples/samples.js";
import { language, locale, text } from "../text/index.js";

/** Gives the new workspace's id. What fails after the workspace has been made does not keep anybody out of it. */
export async function createWorkspace({ request, clock, userId, name, samples }) {
  const { id } = (await request("POST", "/workspaces", { body: { name } })).data;
  const root = `/workspaces/${encodeURIComponent(id)}`;
  try {
    const stages = (await request("GET", `${root}/stages`)).data.items;
    await translate(request, root, stages);
    if (samples) {
      const operations = sampleOperations({ language, locale, stages, userId, now: clock.now() });
      await request("POST", `${root}/clients/bulk`, { body: { operations } });
    }
  } catch {
    // The board stands, and offers both again.
  }
  return id;
}

/** The server names the five stages in English. */
async function translate(request, root, stages) {
  for (const [index, { id, name }] of stages.entries()) {
    const wanted = text.samples.stages[index];
    if (wanted && wanted !== name) await request("PATCH", `${root}/stages/${id}`, { body: { name: wanted } });
  }
}
