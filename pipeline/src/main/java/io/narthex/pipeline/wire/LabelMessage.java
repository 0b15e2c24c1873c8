package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.LabelBytes;

/** Reads a protobuf message of name (1) and value (2), which all our protocols share. */
final class LabelMessage {
  private LabelMessage() {}

  /** Reads the message that the reader is narrowed to, and adds the label. */
  static void read(ProtoReader in, LabelBuffer into) {
    int nameFrom = in.at;
    int nameTo = in.at;
    int valueFrom = in.at;
    int valueTo = in.at;
    while (in.more()) {
      int tag = in.tag();
      if (tag == LabelBytes.TAG_NAME) {
        int length = in.length();
        nameFrom = in.at;
        nameTo = nameFrom + length;
        in.at = nameTo;
      } else if (tag == LabelBytes.TAG_VALUE) {
        int length = in.length();
        valueFrom = in.at;
        valueTo = valueFrom + length;
        in.at = valueTo;
      } else {
        in.skip(tag);
      }
    }
    into.add(in.bytes, nameFrom, nameTo, in.bytes, valueFrom, valueTo);
  }
}
