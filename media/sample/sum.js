function sum(arr) {
  let total = 0;
  for (let i = 0; i < arr.length; i++) {
    total += arr[i];
  }
  return total;
}

function average(arr) {
  if (arr.length === 0) {
    return 0;
  }
  return sum(arr) / arr.length;
}

const express = require('express');
const app = express();

app.get('/', (req, res) => {
  res.send('Hello');
});

module.exports = { sum, average };
