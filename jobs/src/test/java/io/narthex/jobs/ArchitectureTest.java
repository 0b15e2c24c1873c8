package io.narthex.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;

/** Who may know whom; see the table in ARCHITECTURE.md. */
@AnalyzeClasses(
    packages = "io.narthex",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestKit.class})
class ArchitectureTest {

  /** The test kit comes as a jar of its own. */
  static final class NoTestKit implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar") && !location.contains("/testkit/");
    }
  }

  @ArchTest
  static final ArchRule modules_dependOnlyInTheAllowedDirections =
      Architectures.layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("pipeline")
          .definedBy("io.narthex.pipeline..")
          .layer("sources")
          .definedBy("io.narthex.sources..")
          .layer("sinks")
          .definedBy("io.narthex.sinks..")
          .layer("query")
          .definedBy("io.narthex.query..")
          .layer("operators")
          .definedBy("io.narthex.operators..")
          .layer("jobs")
          .definedBy("io.narthex.jobs..")
          .whereLayer("pipeline")
          .mayNotAccessAnyLayer()
          .whereLayer("sources")
          .mayOnlyAccessLayers("pipeline")
          .whereLayer("sinks")
          .mayOnlyAccessLayers("pipeline")
          .whereLayer("query")
          .mayOnlyAccessLayers("pipeline")
          .whereLayer("operators")
          .mayOnlyAccessLayers("pipeline", "query")
          .whereLayer("jobs")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule operators_knowOnlyThePromqlOfQuery =
      noClasses()
          .that()
          .resideInAPackage("io.narthex.operators..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.narthex.query.http..");

  @ArchTest
  static final ArchRule packages_areFreeOfCycles =
      slices().matching("io.narthex.(*).(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule roomsOfRules_areFreeOfCycles =
      slices().matching("io.narthex.operators.rules.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule roomsOfRules_knowNothingOfFlink =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.narthex.operators.rules.*..",
              "io.narthex.operators.alert..",
              "io.narthex.operators.template..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.flink..");

  @ArchTest
  static final ArchRule kernels_dependOnNoFramework =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.narthex.query.promql..",
              "io.narthex.pipeline.wire..",
              "io.narthex.pipeline.relabel..",
              "io.narthex.pipeline.storage..",
              "io.narthex.sinks.codec..",
              "io.narthex.sinks.index..",
              "io.narthex.sinks.head..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.flink..", "reactor..", "io.netty..", "org.apache.arrow..");

  @ArchTest
  static final ArchRule netty_staysAtTheEdges =
      noClasses()
          .that()
          .resideInAPackage("io.narthex.pipeline..")
          .and()
          .resideOutsideOfPackages("io.narthex.pipeline.http..", "io.narthex.pipeline.telemetry..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", "reactor.netty..");

  @ArchTest
  static final ArchRule arrow_staysInBlocks =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.narthex.sinks.block..",
              "io.narthex.sinks.compact..",
              "io.narthex.sinks.export..",
              "io.narthex.query.http..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.arrow..");

  @ArchTest
  static final ArchRule yaml_staysInConfig =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.narthex.pipeline.config..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.yaml..");

  @ArchTest
  static final ArchRule names_sayWhatAPackageHolds =
      noClasses()
          .should()
          .resideInAnyPackage("..util..", "..utils..", "..common..", "..misc..", "..impl..");

  @ArchTest
  static final ArchRule flink_isHeldBehindShells =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.narthex.jobs.embedded..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.flink.runtime.minicluster..");
}
