"""Names that the SEC's transformation rules turn into codes: states, countries, exchanges, filer categories.

Keys are lower-case words separated by single spaces. A name that is not here is reported, not guessed.
"""

STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT", "delaware": "DE", "district of columbia": "DC", "florida": "FL", "georgia": "GA",
    "hawaii": "HI", "idaho": "ID", "illinois": "IL", "indiana": "IN", "iowa": "IA", "kansas": "KS",
    "kentucky": "KY", "louisiana": "LA", "maine": "ME", "maryland": "MD", "massachusetts": "MA",
    "michigan": "MI", "minnesota": "MN", "mississippi": "MS", "missouri": "MO", "montana": "MT",
    "nebraska": "NE", "nevada": "NV", "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM",
    "new york": "NY", "north carolina": "NC", "north dakota": "ND", "ohio": "OH", "oklahoma": "OK",
    "oregon": "OR", "pennsylvania": "PA", "puerto rico": "PR", "rhode island": "RI", "south carolina": "SC",
    "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT",
    "virgin islands": "VI", "virginia": "VA", "washington": "WA", "washington d c": "DC", "d c": "DC",
    "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY", "guam": "GU", "american samoa": "AS",
    "state of delaware": "DE", "commonwealth of pennsylvania": "PA", "commonwealth of massachusetts": "MA",
    "commonwealth of virginia": "VA", "state of new york": "NY", "state of new jersey": "NJ",
    "alberta": "AB", "british columbia": "BC", "manitoba": "MB", "new brunswick": "NB",
    "newfoundland and labrador": "NL", "nova scotia": "NS", "ontario": "ON", "prince edward island": "PE",
    "quebec": "QC", "saskatchewan": "SK", "yukon": "YT",
}  # fmt: skip

# ISO 3166 codes, as countrynameen gives them
COUNTRIES = {
    "argentina": "AR", "australia": "AU", "austria": "AT", "bahamas": "BS", "belgium": "BE", "bermuda": "BM",
    "brazil": "BR", "british virgin islands": "VG", "canada": "CA", "cayman islands": "KY", "chile": "CL",
    "china": "CN", "people s republic of china": "CN", "colombia": "CO", "denmark": "DK", "finland": "FI",
    "france": "FR", "germany": "DE", "greece": "GR", "guernsey": "GG", "hong kong": "HK", "india": "IN",
    "indonesia": "ID", "ireland": "IE", "israel": "IL", "italy": "IT", "japan": "JP", "jersey": "JE",
    "korea": "KR", "south korea": "KR", "republic of korea": "KR", "liberia": "LR", "luxembourg": "LU",
    "malaysia": "MY", "malta": "MT", "marshall islands": "MH", "republic of the marshall islands": "MH",
    "mexico": "MX", "monaco": "MC", "netherlands": "NL", "new zealand": "NZ", "norway": "NO", "panama": "PA",
    "peru": "PE", "philippines": "PH", "poland": "PL", "portugal": "PT", "singapore": "SG",
    "south africa": "ZA", "spain": "ES", "sweden": "SE", "switzerland": "CH", "taiwan": "TW",
    "thailand": "TH", "turkey": "TR", "united arab emirates": "AE", "united kingdom": "GB", "england": "GB",
    "england and wales": "GB", "united states": "US", "united states of america": "US",
}  # fmt: skip

# EDGAR's own codes, as edgarprovcountryen gives them
EDGAR_PLACES = {
    "alberta": "A0", "british columbia": "A1", "manitoba": "A2", "new brunswick": "A3", "nova scotia": "A5",
    "ontario": "A6", "prince edward island": "A7", "quebec": "A8", "saskatchewan": "A9", "yukon": "B0",
    "australia": "C3", "austria": "C4", "bahamas": "C5", "belgium": "C9", "bermuda": "D0", "brazil": "D5",
    "british virgin islands": "D8", "canada": "Z4", "cayman islands": "E9", "chile": "F3", "china": "F4",
    "denmark": "G7", "finland": "H9", "france": "I0", "germany": "2M", "greece": "J3", "hong kong": "K3",
    "india": "K7", "ireland": "L2", "israel": "L3", "italy": "L6", "japan": "M0", "jersey": "Y9",
    "guernsey": "Y7", "luxembourg": "N4", "marshall islands": "1T", "mexico": "O5", "monaco": "O9",
    "netherlands": "P7", "new zealand": "Q2", "norway": "Q8", "panama": "R1", "singapore": "U0",
    "south africa": "T3", "spain": "U3", "sweden": "V7", "switzerland": "V8", "taiwan": "F5",
    "united kingdom": "X0", "england and wales": "X0", "england": "X0",
}  # fmt: skip

EXCHANGES = {
    "new york stock exchange": "NYSE", "new york stock exchange llc": "NYSE",
    "new york stock exchange inc": "NYSE", "nyse": "NYSE",
    "nasdaq": "NASDAQ", "nasdaq stock market": "NASDAQ", "nasdaq stock market llc": "NASDAQ",
    "nasdaq stock market inc": "NASDAQ", "nasdaq global select market": "NASDAQ",
    "nasdaq global market": "NASDAQ", "nasdaq capital market": "NASDAQ", "nasdaq stock exchange": "NASDAQ",
    "nasdaq global select stock market": "NASDAQ", "nasdaq stock exchange llc": "NASDAQ",
    "nasdaq stock market llc nasdaq global select market": "NASDAQ",
    "nasdaq global select market of the nasdaq stock market llc": "NASDAQ",
    "nyse american": "NYSEAMER", "nyse american llc": "NYSEAMER", "nyse mkt": "NYSEAMER",
    "nyse arca": "NYSEArca", "nyse arca inc": "NYSEArca",
    "chicago stock exchange": "CHX", "chicago stock exchange inc": "CHX", "nyse chicago": "CHX",
    "nyse chicago inc": "CHX", "nyse texas": "CHX", "nyse texas inc": "CHX",
    "cboe bzx exchange": "CboeBZX", "cboe bzx exchange inc": "CboeBZX",
}  # fmt: skip

FILER_CATEGORIES = {
    "large accelerated filer": "Large Accelerated Filer",
    "accelerated filer": "Accelerated Filer",
    "non accelerated filer": "Non-accelerated Filer",
    "smaller reporting company": "Smaller Reporting Company",
    "smaller reporting accelerated filer": "Smaller Reporting Accelerated Filer",
}
