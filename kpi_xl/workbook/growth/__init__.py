"""Insert and remove rows, blocks and sheets, and move every reference along."""
