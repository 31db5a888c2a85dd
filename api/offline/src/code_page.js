// On a certificate's page: what the scanned code says, checked in this browser and compared with
// what the log says. What stands behind # never reaches the server. Without scripts nothing shows.

async function showScannedCode() {
  const place = document.getElementById('code');
  if (place === null || location.hash.length < 2) return;
  const { outcome, claims } = await scannedCode(location.hash, place.dataset);
  for (const part of place.querySelectorAll('[data-outcome]')) {
    part.hidden = part.dataset.outcome !== outcome;
  }
  const said = place.querySelector('dl');
  said.hidden = claims === null;
  for (const cell of said.querySelectorAll('[data-claim]')) {
    cell.textContent = claims === null ? '' : String(claims[cell.dataset.claim]);
    cell.classList.toggle('differs', claims !== null && cell.textContent !== place.dataset[cell.dataset.claim]);
  }
  place.hidden = false;
}

/** Return good, other (signed, but says something else than this page), broken or unable. */
async function scannedCode(hash, logged) {
  let claims;
  try {
    const code = codeOfText(hash);
    require_(code !== null, 'code_form');
    claims = await readCode(code, bytesOfHex(logged.key));
  } catch (error) {
    const unable = error instanceof NotSupported || error.code === 'no_crypto';
    return { outcome: unable ? 'unable' : 'broken', claims: null };
  }
  const same = ['number', 'quantityKg', 'date', 'beneficiary']
    .every((name) => String(claims[name]) === logged[name]);
  return { outcome: same ? 'good' : 'other', claims };
}

addEventListener('hashchange', showScannedCode);
showScannedCode();
