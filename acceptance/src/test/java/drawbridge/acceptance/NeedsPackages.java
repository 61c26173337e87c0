package drawbridge.acceptance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A test of what was packaged: run with {@code ./drawbridge test --packages}, in a JVM of its own.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("packages")
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the packages are for Linux x86-64")
@interface NeedsPackages {}
