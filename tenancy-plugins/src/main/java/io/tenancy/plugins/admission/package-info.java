/** What a module must be before it runs: looked through, validated, metered, compiled and tried. */
@NullMarked
package io.tenancy.plugins.admission;

import org.jspecify.annotations.NullMarked;
