;; Operations on memory, comparisons of bytes in memory, values of which only a half is read.
(module
  (memory 1)
  (func (export "count") (param $at i32)
    (i32.store offset=4 (local.get $at)
      (i32.add (i32.load offset=4 (local.get $at)) (i32.const 1))))
  (func (export "add_byte") (param $at i32) (param $value i32)
    (i32.store8 (local.get $at) (i32.add (local.get $value) (i32.load8_u (local.get $at)))))
  (func (export "subtract") (param $at i32) (param $value i64)
    (i64.store (local.get $at) (i64.sub (i64.load (local.get $at)) (local.get $value))))
  (func (export "reversed") (param $at i32) (param $value i64) ;; stays three instructions
    (i64.store (local.get $at) (i64.sub (local.get $value) (i64.load (local.get $at)))))
  (func (export "elsewhere") (param $at i32) ;; the addresses differ
    (i32.store offset=8 (local.get $at)
      (i32.add (i32.load offset=4 (local.get $at)) (i32.const 1))))
  (func (export "written_between") (param $at i32) (param $other i32) (local $old i32)
    (local.set $old (i32.load (local.get $at)))
    (i32.store (local.get $other) (i32.const 7))
    (i32.store (local.get $at) (i32.xor (local.get $old) (i32.const 1000))))
  (func (export "is_digit_above") (param $at i32) (result i32)
    (select (i32.const 3) (i32.const 4) (i32.gt_s (i32.load8_u (local.get $at)) (i32.const 200))))
  (func (export "is_negative") (param $at i32) (result i32)
    (select (i32.const 3) (i32.const 4) (i32.lt_s (i32.load8_s (local.get $at)) (i32.const -5))))
  (func (export "beyond_bytes") (param $at i32) (result i32)
    (select (i32.const 3) (i32.const 4) (i32.eq (i32.load8_u (local.get $at)) (i32.const -5))))
  (func (export "has_bit") (param $at i32) (result i32)
    (if (result i32) (i32.and (i32.load8_u (local.get $at)) (i32.const 0x80))
      (then (i32.const 3)) (else (call 0 (local.get $at)) (i32.const 4))))
  (func (export "is_masked_negative") (param $at i32) (result i32)
    (i32.lt_s (i32.and (i32.load8_s (local.get $at)) (i32.const 0x80)) (i32.const 0)))
  (func (export "low_half") (param $value i64) (result i64)
    (i64.and (local.get $value) (i64.const 0xffffffff)))
  (func (export "add_low_halves") (param $a i64) (param $b i64) (result i32)
    (i32.xor (i32.add (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)))
      (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 40)))))
  (func (export "living_operands") (param $a i32) (param $b i32) (result i32)
    (i32.mul (i32.mul (i32.add (local.get $a) (local.get $b)) (local.get $a)) (local.get $b)))
  (func (export "in_table") (param $at i32) (result i32)
    (i32.load offset=1024 (i32.shl (i32.load8_u (local.get $at)) (i32.const 2))))
  (func (export "in_table_behind") (param $at i32) (result i32) ;; the constant becomes an offset too
    (i32.load (i32.add (i32.shl (i32.load8_u (local.get $at)) (i32.const 2)) (i32.const 1024))))
  (func (export "loses_bits") (param $index i32) (result i32)
    (i32.load offset=1024 (i32.shl (local.get $index) (i32.const 2))))
  (func (export "loads_once") (param $at i32) (result i32)
    (i32.store offset=4 (local.get $at) (i32.const 5))
    (i32.mul (i32.load (local.get $at)) (i32.add (i32.load offset=4 (local.get $at)) (i32.load (local.get $at))))))

;; Machine code:
;; count
;;     0  add dword [r15+rdi+4],1
;;     6  ret
;; add_byte
;;     0  add byte [r15+rdi],sil
;;     4  ret
;; subtract
;;     0  sub qword [r15+rdi],rsi
;;     4  ret
;; reversed
;;     0  sub rsi,qword [r15+rdi]
;;     4  mov qword [r15+rdi],rsi
;;     8  ret
;; elsewhere
;;     0  mov eax,dword [r15+rdi+4]
;;     5  lea eax,[rax+1]
;;     8  mov dword [r15+rdi+8],eax
;;    13  ret
;; written_between
;;     0  mov eax,dword [r15+rdi]
;;     4  mov dword [r15+rsi],7
;;    12  xor eax,1000
;;    18  mov dword [r15+rdi],eax
;;    22  ret
;; is_digit_above
;;     0  mov eax,3
;;     5  mov ecx,4
;;    10  cmp byte [r15+rdi],-56
;;    15  cmova ecx,eax
;;    18  mov rax,rcx
;;    21  ret
;; is_negative
;;     0  mov eax,3
;;     5  mov ecx,4
;;    10  cmp byte [r15+rdi],-5
;;    15  cmovl ecx,eax
;;    18  mov rax,rcx
;;    21  ret
;; beyond_bytes
;;     0  movzx eax,byte [r15+rdi]
;;     5  mov ecx,3
;;    10  mov edx,4
;;    15  cmp eax,-5
;;    18  cmove edx,ecx
;;    21  mov rax,rdx
;;    24  ret
;; has_bit
;;     0  test byte [r15+rdi],-128
;;     5  je 14
;;     7  mov eax,3
;;    12  jmp 25
;;    14  add dword [r15+rdi+4],1
;;    20  mov eax,4
;;    25  ret
;; is_masked_negative
;;     0  movsx eax,byte [r15+rdi]
;;     5  test eax,128
;;    11  setl al
;;    14  movzx eax,al
;;    17  ret
;; low_half
;;     0  mov eax,edi
;;     2  ret
;; add_low_halves
;;     0  mov eax,edi
;;     2  add eax,esi
;;     4  shr rdi,40
;;     8  xor eax,edi
;;    10  ret
;; living_operands
;;     0  lea eax,[rdi+rsi]
;;     3  imul eax,edi
;;     6  imul eax,esi
;;     9  ret
;; in_table
;;     0  movzx eax,byte [r15+rdi]
;;     5  mov eax,dword [r15+rax*4+1024]
;;    13  ret
;; in_table_behind
;;     0  movzx eax,byte [r15+rdi]
;;     5  mov eax,dword [r15+rax*4+1024]
;;    13  ret
;; loses_bits
;;     0  shl edi,2
;;     3  mov eax,dword [r15+rdi+1024]
;;    11  ret
;; loads_once
;;     0  mov dword [r15+rdi+4],5
;;     9  mov eax,dword [r15+rdi]
;;    13  lea ecx,[rax+5]
;;    16  imul ecx,eax
;;    19  mov rax,rcx
;;    22  ret
