"""The schema of the store's database, as the steps that led to it. A step that was released never changes.

A store's version (PRAGMA user_version) is the number of steps it has been through. `no` is a number that a
filing gets each time it is stored, so that everything kept under it (text, passages, index entries) never
changes: a newer version of the filing comes under another number.
"""

_PARSED_FILINGS = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE filings (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    accession TEXT,
    cik TEXT,
    company TEXT NOT NULL,
    tickers TEXT NOT NULL,
    former_names TEXT NOT NULL,
    form TEXT NOT NULL,
    period_end TEXT,
    fiscal_year INTEGER,
    fiscal_period TEXT,
    fiscal_year_end TEXT NOT NULL,
    filed TEXT,
    url TEXT,
    sample INTEGER NOT NULL,
    documents INTEGER NOT NULL,
    facts INTEGER NOT NULL,
    passages INTEGER NOT NULL
);

CREATE TABLE originals (
    filing INTEGER NOT NULL REFERENCES filings (no) ON DELETE CASCADE,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (filing, sha256)
) WITHOUT ROWID;
CREATE INDEX originals_by_hash ON originals (sha256);

CREATE TABLE documents (
    filing INTEGER NOT NULL REFERENCES filings (no) ON DELETE CASCADE,
    document INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    length INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (filing, document),
    FOREIGN KEY (filing, sha256) REFERENCES originals (filing, sha256)
);

CREATE TABLE layouts (
    filing INTEGER NOT NULL,
    document INTEGER NOT NULL,
    part TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (filing, document, part),
    FOREIGN KEY (filing, document) REFERENCES documents (filing, document) ON DELETE CASCADE
);

CREATE TABLE facts (
    filing INTEGER NOT NULL,
    concept TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    start_date TEXT,
    end_date TEXT NOT NULL,
    value TEXT,
    text TEXT,
    unit TEXT,
    decimals INTEGER,
    scale INTEGER NOT NULL,
    dimensions TEXT NOT NULL,
    context_id TEXT NOT NULL,
    fact_id TEXT,
    nil INTEGER NOT NULL,
    document INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    PRIMARY KEY (filing, concept, ordinal),
    FOREIGN KEY (filing, document) REFERENCES documents (filing, document) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    filing INTEGER NOT NULL,
    document INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    page INTEGER,
    section TEXT NOT NULL,
    heading TEXT NOT NULL,
    kind TEXT NOT NULL,
    FOREIGN KEY (filing, document) REFERENCES documents (filing, document) ON DELETE CASCADE
);
CREATE INDEX passages_by_filing ON passages (filing, document);

INSERT INTO meta VALUES ('content', 0);
"""

_SEARCH_STATE = """
ALTER TABLE filings ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX filings_not_indexed ON filings (no) WHERE indexed = 0;
CREATE TABLE forgotten (filing INTEGER PRIMARY KEY);
INSERT INTO meta VALUES ('index', 0), ('generation', 0), ('analysis', 0), ('uneven', 0);
"""

MIGRATIONS: tuple[str, ...] = (_PARSED_FILINGS, _SEARCH_STATE)
"""Steps in order. What the rows of `meta` count:

content     changes of what is stored
index       the folder under index/ that is searched, 0 for none
generation  commits to an index, so that readers know when to look again
analysis    index.tokens.ANALYSIS that the index was made with
uneven      1 while the index holds removed passages, which still weigh in its statistics
restored    restores of a backup into this store; no row before the first. Within one count a filing's number
            always means the same content

`filings.indexed` is 1 once the filing's passages are committed to the index; `forgotten` lists the numbers
of filings that were taken out of the tables but not yet out of the index.
"""

VERSION = len(MIGRATIONS)
"""The version that this program writes."""

OLDEST = 1
"""The oldest version that this program reads: it brings such a store up to VERSION when it opens it."""
