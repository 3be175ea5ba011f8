@NullMarked
package io.tenancy.plugins.admission.internal;

import org.jspecify.annotations.NullMarked;
