"""The web pages (Flask); they speak to the API through `finchat_sec_qa.client` only."""
