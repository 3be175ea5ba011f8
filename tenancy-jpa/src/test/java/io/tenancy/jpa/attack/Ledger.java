package io.tenancy.jpa.attack;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

/** A row that says whose it is, and which thread wrote it. */
@Entity(name = "Ledger")
@Table(name = "ledger")
class Ledger {
    @Id
    UUID id = UUID.randomUUID();

    String marker = "";
    int worker;
    long amount;

    protected Ledger() {}

    Ledger(UUID id, String marker, int worker, long amount) {
        this.id = id;
        this.marker = marker;
        this.worker = worker;
        this.amount = amount;
    }
}
