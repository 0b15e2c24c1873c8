package io.narthex.operators.template.language;

/** Text that is known to be HTML, so that pages show it as it is. */
public record HtmlText(String text) implements HostValue {
  @Override
  public String typeName() {
    return "template.HTML";
  }

  @Override
  public Object base() {
    return text;
  }
}
