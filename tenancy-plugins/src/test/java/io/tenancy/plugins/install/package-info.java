@NullMarked
package io.tenancy.plugins.install;

import org.jspecify.annotations.NullMarked;
