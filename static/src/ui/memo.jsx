import { Component } from "preact";

/** Renders again only when a prop differs by identity. What else it shows, it reads from signals. */
export function memo(View) {
  return class Memo extends Component {
    shouldComponentUpdate(next) {
      const now = this.props;
      for (const name in next) if (!Object.is(next[name], now[name])) return true;
      for (const name in now) if (!(name in next)) return true;
      return false;
    }

    render(props) {
      return <View {...props} />;
    }
  };
}
