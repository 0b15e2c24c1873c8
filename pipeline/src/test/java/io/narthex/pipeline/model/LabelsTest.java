package io.narthex.pipeline.model;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.narthex.pipeline.testkit.ProtoWriter;
import io.narthex.pipeline.testkit.RandomBatches;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelsTest {

  @ParameterizedTest
  @CsvSource({
    "'', EF46DB3751D8E999",
    "a, D24EC4F1A98C6E5B",
    "abc, 44BC2CF5AD770999",
    // Published with the algorithm's reference implementation, for inputs beyond one stripe.
    "'Nobody inspects the spammish repetition', FBCEA83C8A378BF1"
  })
  void hash_knownVectors_agree(String input, String expected) {
    byte[] bytes = input.getBytes(US_ASCII);
    assertThat(LabelHash.of(bytes, 0, bytes.length))
        .isEqualTo(Long.parseUnsignedLong(expected, 16));
  }

  @Test
  void hash_anyOffset_isThatOfTheBytes() {
    long seed = RandomBatches.seed();
    var random = new Random(seed);
    for (int length = 0; length < 100; length++) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      byte[] shifted = new byte[length + 5];
      System.arraycopy(bytes, 0, shifted, 3, length);
      assertThat(LabelHash.of(shifted, 3, 3 + length)).isEqualTo(LabelHash.of(bytes, 0, length));
    }
  }

  @Test
  void bytes_areThoseOfRemoteWrite() {
    var labels = Labels.of("job", "x".repeat(200), "__name__", "up", "empty", "");
    byte[] wire =
        new ProtoWriter()
            .message(1, l -> l.string(1, "__name__").string(2, "up"))
            .message(1, l -> l.string(1, "job").string(2, "x".repeat(200)))
            .toBytes();
    assertThat(labels.bytes()).isEqualTo(wire);
    assertThat(Labels.ofCanonical(wire, 0, wire.length)).isEqualTo(labels);
  }

  @Test
  void equals_orderOfSetting_doesNotMatter() {
    var one = Labels.of("a", "1", "b", "2");
    var other = Labels.of("b", "2", "a", "0").toBuilder().set("a", "1").build();
    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one).isNotEqualTo(Labels.of("a", "1"));
    assertThat(one.get("b")).isEqualTo("2");
    assertThat(one.get("c")).isEmpty();
    assertThat(one.size()).isEqualTo(2);
    assertThat(one.toMap()).isEqualTo(Map.of("a", "1", "b", "2"));
  }

  @Test
  void compareTo_isByNameThenValueThenLength() {
    assertThat(Labels.of("a", "1")).isLessThan(Labels.of("a", "1", "b", "1"));
    assertThat(Labels.of("a", "1", "b", "1")).isLessThan(Labels.of("a", "2"));
    assertThat(Labels.of("a", "2")).isLessThan(Labels.of("b", "1"));
    assertThat(Labels.of("a", "long value")).isLessThan(Labels.of("aa", "1"));
    assertThat(Labels.EMPTY).isLessThan(Labels.of("a", "1"));
  }

  @Test
  void compareTo_randomLabels_isThatOfTheirMaps() {
    long seed = RandomBatches.seed();
    var random = new RandomBatches(seed);
    for (int i = 0; i < 2000; i++) {
      var a = random.labels();
      var b = random.labels();
      int expected = compare(a, b);
      assertThat(Integer.signum(a.compareTo(b)))
          .as("%s and %s, rerun with -Dtest.seed=%d", a, b, seed)
          .isEqualTo(expected);
      assertThat(a.equals(b)).isEqualTo(expected == 0);
    }
  }

  private static int compare(Labels a, Labels b) {
    var left = a.toMap().entrySet().iterator();
    var right = b.toMap().entrySet().iterator();
    while (left.hasNext() && right.hasNext()) {
      var x = left.next();
      var y = right.next();
      int order = Names.BYTE_ORDER.compare(x.getKey(), y.getKey());
      order = order != 0 ? order : Names.BYTE_ORDER.compare(x.getValue(), y.getValue());
      if (order != 0) {
        return Integer.signum(order);
      }
    }
    return Boolean.compare(left.hasNext(), right.hasNext());
  }

  @Test
  void ofCanonical_otherForms_areRefused() {
    byte[] unsorted =
        new ProtoWriter()
            .message(1, l -> l.string(1, "b").string(2, "1"))
            .message(1, l -> l.string(1, "a").string(2, "1"))
            .toBytes();
    byte[] repeated =
        new ProtoWriter()
            .message(1, l -> l.string(1, "a").string(2, "1"))
            .message(1, l -> l.string(1, "a").string(2, "2"))
            .toBytes();
    byte[] empty = new ProtoWriter().message(1, l -> l.string(1, "a").string(2, "")).toBytes();
    byte[] nameless = new ProtoWriter().message(1, l -> l.string(1, "").string(2, "a")).toBytes();
    byte[] swapped = new ProtoWriter().message(1, l -> l.string(2, "a").string(1, "a")).toBytes();
    byte[] wide = {0x0A, (byte) 0x86, 0, 0x0A, 1, 'a', 0x12, 1, 'b'};
    byte[] wideName = {0x0A, 7, 0x0A, (byte) 0x81, 0, 'a', 0x12, 1, 'b'};
    byte[] endless = {0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F};
    byte[] negative = {0x0A, 6, 0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F};
    byte[] bare = {0x0A, 0};
    byte[] huge = {0x0A, 7, 0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7, 0x12};
    for (byte[] form :
        new byte[][] {
          unsorted, repeated, empty, nameless, swapped, wide, wideName, endless, negative, bare,
          huge
        }) {
      assertThatIllegalArgumentException()
          .as("%s", ByteBuffer.wrap(form))
          .isThrownBy(() -> Labels.ofCanonical(form, 0, form.length));
    }
  }

  @Test
  void ofCanonical_anyBytes_throwsNothingElse() {
    long seed = RandomBatches.seed();
    var random = new Random(seed);
    byte[] good = Labels.of("__name__", "up", "job", "node").bytes();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      int to = random.nextInt(bytes.length + 1);
      try {
        byte[] cut = java.util.Arrays.copyOf(bytes, to);
        assertThat(Labels.ofCanonical(cut, 0, to).bytes()).isEqualTo(cut);
      } catch (IllegalArgumentException e) {
        assertThat(e).as("rerun with -Dtest.seed=%d", seed).hasMessageMatching("(?s).+");
      }
    }
  }

  @Test
  void without_andFilter_keepTheRest() {
    var labels = Labels.of("__name__", "up", "a", "1", "b", "2");
    assertThat(labels.without(java.util.List.of("a")))
        .isEqualTo(Labels.of("__name__", "up", "b", "2"));
    assertThat(labels.filter(name -> name.equals("b"))).isEqualTo(Labels.of("b", "2"));
    assertThat(labels.filter(name -> true)).isSameAs(labels);
    assertThat(labels.filter(name -> false)).isEqualTo(Labels.EMPTY);
  }

  @Test
  void toString_isThatOfPrometheus() {
    assertThat(Labels.of("a", "x\"\\\n", "b.c", "ü"))
        .hasToString("{a=\"x\\\"\\\\\\n\", \"b.c\"=\"ü\"}");
  }

  @Test
  void byteOrder_isThatOfUtf8() {
    String[] texts = {"", "a", "ab", "b", "é", "\uE000", "\uFFFD", "😀", "😱", "a😀"};
    for (String a : texts) {
      for (String b : texts) {
        int expected = java.util.Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));
        assertThat(Integer.signum(Names.BYTE_ORDER.compare(a, b)))
            .as("%s and %s", a, b)
            .isEqualTo(Integer.signum(expected));
      }
    }
  }

  @Test
  void utf8_randomBytes_agreesWithTheJdk() {
    long seed = RandomBatches.seed();
    var random = new Random(seed);
    int[] leads = {0x41, 0x80, 0xBF, 0xC1, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xA0, 0x90};
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      for (int k = 0; k < bytes.length; k++) {
        bytes[k] = (byte) leads[random.nextInt(leads.length)];
      }
      assertThat(Utf8.isValid(bytes, 0, bytes.length))
          .as("%s, rerun with -Dtest.seed=%d", java.util.HexFormat.of().formatHex(bytes), seed)
          .isEqualTo(decodes(bytes));
    }
  }

  private static boolean decodes(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)) != null;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
