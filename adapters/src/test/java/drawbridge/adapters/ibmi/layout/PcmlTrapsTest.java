package drawbridge.adapters.ibmi.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.SettingsException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What would only fail at a call, or do damage in silence, is found when the file is loaded. */
final class PcmlTrapsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<data name='A' type='char' length='1'/> | A: has no usage, so a call would fail",
        "<data name='A' type='char' usage='input'/> | A: length is not a number",
        "<data type='char' length='1' usage='input'/> | a parameter has no name",
        "<data name='A' type='text' length='1' usage='input'/> | the type “text” is not known",
        "<data name='A' type='int' length='3' usage='input'/> | an int has 1, 2, 4 or 8 bytes",
        "<data name='A' type='int' length='4' precision='30' usage='input'/> | has the precision 31, or 32",
        "<data name='A' type='packed' length='5' precision='6' usage='input'/> | precision is not a number from 0 to 5",
        "<data name='A' type='packed' length='64' usage='input'/> | length is not a number from 1 to 63",
        "<data name='A' type='float' length='5' usage='input'/> | a float has 4 or 8 bytes",
        "<data name='A' type='struct' struct='S' usage='input'/> | there is no structure “S”",
        "<data name='A' type='char' length='1' usage='in'/> | usage=\"in\" is not known",
        "<data name='A' type='char' length='1' usage='input' lenght='2'/> | the attribute “lenght” is not known for char",
        "<data name='A' type='char' length='1' usage='input' minvrm='V7R4M0'/> | minvrm makes the layout depend",
        "<data name='A' type='char' length='1' usage='input' bidistringtype='ST5'/> | bidistringtype is not supported",
        "<data name='A' type='char' length='2' usage='input' boolean='true'/> | a boolean has one character",
        "<data name='A' type='char' length='1' usage='input' ccsid='99'/> | there is no CCSID 99",
        "<data name='A' type='char' length='1' usage='input' init='AB'/> | its initial value does not fit",
        "<data name='A' type='packed' length='1' usage='input' init='ten'/> | its initial value does not fit",
        "<data name='A' type='date' dateformat='XYZ' usage='input'/> | its date format is not known",
        "<data name='A' type='char' length='N' usage='input'/> | refers to “N”, which is not there",
        "<data name='A' type='char' length='1' count='N' usage='output'/><data name='N' type='char' length='1' usage='input'/> | refers to “N”, which is no whole number",
        "<data name='A' type='char' length='1' count='N' usage='output'/><data name='N' type='int' length='4' usage='input'/> | how much there can be is not said",
        "<data name='A' type='char' length='L' usage='output'/><data name='L' type='int' length='4' usage='input'/> | how much there can be is not said",
        "<struct name='A' usage='input'/> | is empty",
        "<data name='A' type='char' length='1' usage='input' offsetfrom='B'/> | has offsetfrom, but no offset",
        "<data name='A' type='char' length='1' usage='input' offset='0' offsetfrom='B'/> | which is not around it",
        "<data name='A' type='int' length='4' usage='input' passby='value'/> | only to procedures",
        "<data name='A' type='char' length='1' usage='input'/><data name='a' type='char' length='1' usage='input'/> | would be called “a” in JSON",
        "<data name='A' type='char' length='16000000' count='2' usage='input'/> | is larger than 16 MB",
        "<table name='A'/> | <table> may not stand here",
        "<data name='A' type='char' length='1' usage='input'> | is not well-formed XML",
      })
  void aTrapIsToldWithItsLine(String parameters, String says) {
    SettingsException e =
        assertThrows(
            SettingsException.class,
            () -> Described.pcml(folder, parameters.replace('\'', '"'), ""));
    String message = Described.message(e);
    assertTrue(message.contains(says), message);
    assertTrue(message.contains("p.pcml:2"), message);
    assertTrue(message.contains(" Fix: "), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "fields: { B: { hidden: true } } | fields.B: there is no such field",
        "fields: { A: { name: 1x } } | fields.A.name: “1x” is not a name",
        "fields: { A: { as: text } } | fields.A.as: is for numbers only",
        "fields: { A: { constant: toolong } } | fields.A.constant: “A” needs 7 bytes",
        "fields: { A: { default: x, constant: y } } | what is constant has no default",
        "fields: { A: { boolean: { true: x, false: x } } } | is the same character as true",
        "fields: { A: { most: 5 } } | the description says how much there can be",
        "fields: { A: { ccsid: 12 } } | there is no CCSID 12",
        "fields: { A: { fewer: true } } | is for arrays of a fixed number",
        "fields: { A: { hiden: true } } | this key is not known here",
        "fields: { A: { choose: { by: A, when: { x: A } } } } | only the field that others redefine",
        "ccsid: 12 | ccsid: there is no CCSID 12 of characters",
      })
  void aMistakeOfTheApiFileIsToldWithItsKey(String keys, String says) {
    String message =
        Described.message(
            assertThrows(
                SettingsException.class,
                () ->
                    Described.pcml(
                        folder,
                        "<data name=\"A\" type=\"char\" length=\"1\" usage=\"input\"/>",
                        keys)));
    assertTrue(message.contains(says), message);
    assertTrue(message.contains("api.yaml"), message);
  }

  @Test
  void entitiesAndDoctypesAreNotRead() {
    String message =
        Described.message(
            assertThrows(
                SettingsException.class,
                () ->
                    Described.program(
                        folder,
                        "<!DOCTYPE pcml [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>\n<pcml>&x;</pcml>",
                        "")));
    assertTrue(message.contains("has a DOCTYPE, which is not read"), message);
  }

  @Test
  void aStructureThatHoldsItselfIsRefused() {
    String message =
        Described.message(
            assertThrows(
                SettingsException.class,
                () ->
                    Described.program(
                        folder,
                        """
                        <pcml version="6.0">
                        <struct name="S"><data name="A" type="struct" struct="S"/></struct>
                        <program name="P"><data name="X" type="struct" struct="S" usage="input"/></program>
                        </pcml>
                        """,
                        "")));
    assertTrue(message.contains("the structure “S” holds itself"), message);
  }

  @Test
  void oneOfSeveralProgramsMustBeNamed() {
    String message =
        Described.message(
            assertThrows(
                SettingsException.class,
                () ->
                    Described.program(
                        folder, "<pcml><program name=\"P\"/><program name=\"Q\"/></pcml>", "")));
    assertEquals(
        true,
        message.contains("describes 2 programs, and none is named")
            && message.contains("one of P, Q"),
        message);
  }

  @Test
  void aProcedureHasAtMostSevenParameters() {
    StringBuilder parameters = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      parameters
          .append("<data name=\"A")
          .append(i)
          .append("\" type=\"int\" length=\"4\" usage=\"input\"/>");
    }
    String message =
        Described.message(
            assertThrows(
                SettingsException.class,
                () ->
                    Described.program(
                        folder,
                        "<pcml><program name=\"P\" entrypoint=\"p\">"
                            + parameters
                            + "</program></pcml>",
                        "")));
    assertTrue(message.contains("has more than 7 parameters"), message);
  }
}
