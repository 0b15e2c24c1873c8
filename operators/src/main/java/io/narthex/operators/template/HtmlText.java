package io.narthex.operators.template;

import io.narthex.operators.template.language.HostValue;

/** Text that is known to be HTML. Alerts show it as it is. */
record HtmlText(String text) implements HostValue {
  @Override
  public String typeName() {
    return "template.HTML";
  }

  @Override
  public Object base() {
    return text;
  }
}
