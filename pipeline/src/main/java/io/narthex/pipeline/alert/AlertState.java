package io.narthex.pipeline.alert;

/** Where an alert stands; the order is that of severity. */
public enum AlertState {
  INACTIVE("inactive"),
  PENDING("pending"),
  FIRING("firing");

  private final String text;

  AlertState(String text) {
    this.text = text;
  }

  /** As the API and the label {@code alertstate} write it. */
  public String text() {
    return text;
  }
}
