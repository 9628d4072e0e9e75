import { useEffect, useState } from "preact/hooks";
import { Fault } from "./fault.jsx";

/** A view that few people open: its module is loaded when it is. `load` imports it, `name` is what it exports. */
export function Later({ load, name, ...props }) {
  const [View, setView] = useState(null);
  const [error, setError] = useState(null);
  const fetchIt = () => {
    setError(null);
    load().then((module) => setView(() => module[name]), setError);
  };
  useEffect(fetchIt, []);
  if (error) return <Fault error={error} onRetry={fetchIt} />;
  return View && <View {...props} />;
}
