@NullMarked
package io.tenancy.cli;

import org.jspecify.annotations.NullMarked;
