package io.narthex.jobs.ruletest;

import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Outcomes in the XML form that build servers read: a suite for each file. */
public final class JunitReport {
  private final Map<String, List<TestOutcome>> suites = new LinkedHashMap<>();
  private final Map<String, String> broken = new LinkedHashMap<>();

  /** Adds a file whose tests ran. */
  public void add(String file, List<TestOutcome> outcomes) {
    suites.put(file, outcomes);
  }

  /** Adds a file that could not be read. */
  public void addBroken(String file, String why) {
    broken.put(file, why);
  }

  /**
   * Writes the report.
   *
   * @throws IOException if it cannot be written
   */
  public void write(Writer out) throws IOException {
    try {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
      xml.writeStartDocument();
      xml.writeStartElement("testsuites");
      for (var suite : suites.entrySet()) {
        suite(xml, suite.getKey(), suite.getValue());
      }
      for (var suite : broken.entrySet()) {
        begin(xml, suite.getKey(), 1, 0, 1);
        xml.writeStartElement("testcase");
        xml.writeAttribute("name", "read");
        message(xml, "error", suite.getValue());
        xml.writeEndElement();
        xml.writeEndElement();
      }
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IOException("cannot write the report", e);
    }
  }

  private static void suite(XMLStreamWriter xml, String file, List<TestOutcome> outcomes)
      throws XMLStreamException {
    int failures = (int) outcomes.stream().filter(outcome -> !outcome.passed()).count();
    begin(xml, file, outcomes.size(), failures, 0);
    for (var outcome : outcomes) {
      xml.writeStartElement("testcase");
      xml.writeAttribute("name", outcome.name());
      xml.writeAttribute("time", seconds(outcome.took()));
      for (var mismatch : outcome.mismatches()) {
        message(xml, "failure", Differences.plain(mismatch));
      }
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static void begin(XMLStreamWriter xml, String name, int tests, int failures, int errors)
      throws XMLStreamException {
    xml.writeStartElement("testsuite");
    xml.writeAttribute("name", name);
    xml.writeAttribute("tests", Integer.toString(tests));
    xml.writeAttribute("failures", Integer.toString(failures));
    xml.writeAttribute("errors", Integer.toString(errors));
  }

  private static void message(XMLStreamWriter xml, String element, String text)
      throws XMLStreamException {
    xml.writeStartElement(element);
    xml.writeAttribute("message", text.lines().findFirst().orElse(""));
    xml.writeCharacters(text);
    xml.writeEndElement();
  }

  private static String seconds(Duration took) {
    return String.format(Locale.ROOT, "%.3f", took.toNanos() / 1e9);
  }
}
